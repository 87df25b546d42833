"""Tests between groups from plain rows, written for this folder alone: rank tests, and Gray's test."""

from __future__ import annotations

import numpy as np
from estimators import p_of_chisq


def chi_square(score, variance):
    """Return statistic, degrees of freedom and p of a score with its variance."""
    scale = float(np.abs(variance).max(initial=0.0))
    rank = int(np.linalg.matrix_rank(variance, tol=1e-10 * scale)) if scale > 0.0 else 0
    if rank == 0:
        return None, len(score), None
    statistic = max(0.0, float(score @ np.linalg.pinv(variance, rcond=1e-10) @ score))
    return statistic, rank, p_of_chisq(statistic, rank)


def rank_test(blocks, names, weight="log-rank"):
    """Test whether groups differ, within each block of (days, status, group); weights are those of the report."""
    k = len(names)
    score, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for days, status, group in blocks:
        pooled = 1.0
        for day in sorted(set(days[status == 1].tolist())):
            risk = np.array([((days >= day) & (group == name)).sum() for name in names], dtype=float)
            own = ((days == day) & (status == 1)) * 1
            fell = np.array([own[group == name].sum() for name in names], dtype=float)
            n, d = risk.sum(), fell.sum()
            w = {"log-rank": 1.0, "Gehan-Breslow": n, "Peto-Peto": pooled}[weight]
            share = risk / n
            score += w * (fell - d * share)
            expected += d * share
            if n > 1:
                variance += w**2 * d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
            pooled *= 1.0 - d / n
    compared = np.flatnonzero(expected > 0.0)[1:]
    if len(compared) == 0:
        return None, 0, None
    return chi_square(score[compared], variance[np.ix_(compared, compared)])


def gray_test(days, status, group, names, cause):
    """Return Gray's test (rho 0) of one cause, as the loop over days of R's cmprsk does it."""
    k = len(names)
    if k < 2:
        return None, 0, None
    if not (status == cause).any():
        return None, k - 1, None
    groups = range(k)
    s, v, c, v2 = np.zeros(k), np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k))
    v3, f_own, free_before, pooled = np.zeros(k), np.zeros(k), np.ones(k), 0.0
    for day in sorted(set(days[status > 0].tolist())):
        risk = np.array([((days >= day) & (group == name)).sum() for name in names], dtype=float)
        fell, died = (
            np.array(
                [((days == day) & (status == kind) & (group == name)).sum() for name in names], dtype=float
            )
            for kind in (cause, 3 - cause)
        )
        there = [i for i in groups if risk[i] > 0]
        free, f_now = free_before.copy(), f_own.copy()
        for i in there:
            free[i] = free_before[i] * (risk[i] - fell[i] - died[i]) / risk[i]
            f_now[i] += free_before[i] * fell[i] / risk[i]
        size = {i: risk[i] / free_before[i] for i in there}
        tr, tq = sum(size.values()), sum(size[i] * (1.0 - f_own[i]) for i in there)
        nd = fell.sum()
        now = pooled + nd / tr
        a = np.zeros((k, k))
        for i in there:
            for j in there:
                a[i, j] = size[i] * (float(i == j) - size[j] / tr)
                if len(there) > 1 and nd:  # alone at risk, a group moves nothing
                    c[i, j] += a[i, j] * nd / (tr * (1.0 - pooled))
            s[i] += fell[i] - nd * size[i] * (1.0 - f_own[i]) / tq
        if len(there) == 1:
            a[:] = 0.0
        for x in there:
            left = (1.0 - now) / free[x] if free[x] > 0 else 0.0
            steps = []
            if nd:
                ties = 1.0 - (nd - 1.0) / (tr * free_before[x] - 1.0) if nd > 1 else 1.0
                steps.append(
                    (
                        a[:, x] - (1.0 - left) * c[:, x],
                        1.0 - left,
                        ties * free_before[x] * nd / (tr * risk[x]),
                    )
                )
            if died[x] and free[x] > 0:
                ties = 1.0 - (died[x] - 1.0) / (risk[x] - 1.0) if died[x] > 1 else 1.0
                steps.append((left * c[:, x], -left, ties * free_before[x] ** 2 * died[x] / risk[x] ** 2))
            for move, kept, step in steps:
                v += np.outer(move, move) * step
                v2[:, x] += move * kept * step
                v3[x] += kept**2 * step
        pooled, f_own, free_before = now, f_now, free
    v += c @ np.diag(v3) @ c.T + c @ v2.T + v2 @ c.T
    return chi_square(s[:-1], v[:-1, :-1])

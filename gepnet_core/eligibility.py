"""Who belongs to the cohort: the steps, in order, as SQL over the source tables.

Every step judges treatments; a patient stays while one treatment passed all steps so far. Excluding a
patient for something later would use the future.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gepnet_core.settings import Settings


@dataclass(frozen=True, slots=True)
class Step:
    """One eligibility step: its words and the condition on `patients` p and `local_treatments` t.

    A patient without any local treatment has one row with an empty t.
    """

    code: str
    label: str
    condition: str
    bound: dict[str, object] = field(default_factory=dict)


def steps(settings: Settings) -> list[Step]:
    """Return the steps that the settings of a data set ask for, in order."""
    found: list[Step] = []
    if settings.primary_sites:
        found.append(
            Step(
                "gep_net",
                "primary tumour is a GEP-NET",
                "coalesce(p.primary_site IN (SELECT unnest($primary_sites)), FALSE)",
                {"primary_sites": list(settings.primary_sites)},
            )
        )
    if settings.metastatic:
        found.append(
            Step(
                "metastatic",
                "metastatic by the date of treatment",
                "p.metastatic_date IS NOT NULL AND (t.date IS NULL OR p.metastatic_date <= t.date)",
            )
        )
    found.append(Step("local_treatment", "had a local treatment", "t.date IS NOT NULL"))
    if settings.focal_only:
        found.append(
            Step(
                "focal_progression",
                "treated for focal progression",
                "coalesce(t.indication = $focal_indication, FALSE)",
                {"focal_indication": settings.focal_indication},
            )
        )
    if settings.window_from or settings.window_to:
        first, last = settings.window_from, settings.window_to
        words = " ".join(
            part for part in (f"from {first}" if first else "", f"to {last}" if last else "") if part
        )
        found.append(
            Step(
                "window",
                f"treated {words}",
                "t.date >= coalesce($window_from, t.date) AND t.date <= coalesce($window_to, t.date)",
                {"window_from": first, "window_to": last},
            )
        )
    for place, modality in enumerate(settings.excluded):
        name = f"excluded_{place}"
        found.append(
            Step(
                name,
                f"treated by other than {modality.label}",
                f"t.modality <> ${name}",
                {name: modality.value},
            )
        )
    return found


def candidates_sql(chain: list[Step]) -> tuple[str, dict[str, object]]:
    """Return a query of every patient-and-treatment row with the number of steps it passed in order."""
    bound = {name: value for step in chain for name, value in step.bound.items()}
    # the first step that fails ends the row's way
    arms = [f"WHEN NOT ({step.condition}) THEN {place}" for place, step in enumerate(chain)]
    passed = f"CASE {' '.join(arms)} ELSE {len(chain)} END"
    return (
        "SELECT p.patient_id, t.treatment_id, t.date, t.modality, t.target_site, "
        f"{passed} AS passed FROM source.patients p LEFT JOIN source.local_treatments t USING (patient_id)",
        bound,
    )


INDEX_TREATMENT = """
    SELECT patient_id, treatment_id, date AS index_date, modality, target_site,
           count(*) OVER (PARTITION BY patient_id, date) AS same_day
    FROM candidates LEFT JOIN modalities m ON m.value = candidates.modality
    WHERE passed = $all_steps
    QUALIFY row_number() OVER (
        PARTITION BY patient_id ORDER BY date, m.position NULLS LAST, modality, treatment_id
    ) = 1
"""

"""Full citations of the methods, and the numbers by which a text cites those that it uses."""

from __future__ import annotations

REFERENCES = {
    "aalen": "Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov chains based on "
    "censored observations. Scand J Stat 1978;5:141–150.",
    "anderson": "Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. J Clin Oncol "
    "1983;1:710–719.",
    "austin": "Austin PC. Balance diagnostics for comparing the distribution of baseline covariates between "
    "treatment groups in propensity-score matched samples. Stat Med 2009;28:3083–3107.",
    "breslow": "Breslow N. A generalized Kruskal-Wallis test for comparing K samples subject to unequal patterns "
    "of censorship. Biometrika 1970;57:579–594.",
    "brookmeyer": "Brookmeyer R, Crowley J. A confidence interval for the median survival time. Biometrics "
    "1982;38:29–41.",
    "clopper": "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the "
    "binomial. Biometrika 1934;26:404–413.",
    "cox": "Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34:187–220.",
    "efron": "Efron B. The efficiency of Cox’s likelihood function for censored data. J Am Stat Assoc "
    "1977;72:557–565.",
    "gehan": "Gehan EA. A generalized Wilcoxon test for comparing arbitrarily singly-censored samples. Biometrika "
    "1965;52:203–223.",
    "grambsch": "Grambsch PM, Therneau TM. Proportional hazards tests and diagnostics based on weighted residuals. "
    "Biometrika 1994;81:515–526.",
    "gray": "Gray RJ. A class of K-sample tests for comparing the cumulative incidence of a competing risk. Ann "
    "Stat 1988;16:1141–1154.",
    "greenwood": "Greenwood M. The natural duration of cancer. Reports on Public Health and Medical Subjects 33. "
    "London: HMSO; 1926.",
    "holm": "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65–70.",
    "hothorn": "Hothorn T, Hornik K, van de Wiel MA, Zeileis A. A Lego system for conditional inference. Am Stat "
    "2006;60:257–263.",
    "kaplan": "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc "
    "1958;53:457–481.",
    "klein": "Klein JP, Moeschberger ML. Survival analysis: techniques for censored and truncated data. 2nd ed. "
    "New York: Springer; 2003.",
    "lifelines": "Davidson-Pilon C. lifelines: survival analysis in Python. J Open Source Softw 2019;4(40):1317.",
    "mantel": "Mantel N. Evaluation of survival data and two new rank order statistics arising in its "
    "consideration. Cancer Chemother Rep 1966;50:163–170.",
    "peto": "Peto R, Peto J. Asymptotically efficient rank invariant test procedures. J R Stat Soc A "
    "1972;135:185–207.",
    "schemper": "Schemper M, Smith TL. A note on quantifying follow-up in studies of failure time. Control Clin "
    "Trials 1996;17:343–346.",
    "strobe": "von Elm E, Altman DG, Egger M, et al. The Strengthening the Reporting of Observational Studies in "
    "Epidemiology (STROBE) statement: guidelines for reporting observational studies. Lancet "
    "2007;370:1453–1457.",
    "yang": "Yang D, Dalton JE. A unified approach to measuring the effect size between two groups using SAS. SAS "
    "Global Forum 2012; paper 335.",
}


class Cited:
    """The references of one text, numbered in the order in which it first cites them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, *names: str) -> str:
        """Return " [1,2]" for works of these names, with a no-break space before it."""
        numbers = sorted(self._numbers.setdefault(name, len(self._numbers) + 1) for name in names)
        return f"\N{NO-BREAK SPACE}[{','.join(map(str, numbers))}]"

    def listed(self) -> tuple[str, ...]:
        """Return the full citations, the first being number 1."""
        return tuple(REFERENCES[name] for name in self._numbers)

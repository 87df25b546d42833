"""The study's endpoints, as SQL from the source tables to `time_to_event`.

Events are dated strictly after the index date, except death. Without an event, time ends at the end of
observation: the death date where known, else the last contact.
"""

from __future__ import annotations

from gepnet_core.vocabulary import Status

NEW_SYSTEMIC = "new systemic therapy"
FURTHER_LOCAL = "further local treatment"
PROGRESSION = "progression"
DEATH = "death"
LAST_CONTACT = "last contact"

# an agent is one word whatever its case and blanks
AGENT = "regexp_replace(lower(trim({0}.agent)), '\\s+', ' ', 'g')"

# First dates per patient of what can end a time. An agent is new where no row of it starts on or before the
# index date: a re-start, a dose or a formulation change of a known agent is not.
FIRST_EVENTS = f"""
    SELECT c.patient_id, c.index_date,
           (SELECT min(s.start_date) FROM source.systemic_therapies s
            WHERE s.patient_id = c.patient_id AND s.start_date > c.index_date
              AND {AGENT.format("s")} NOT IN (
                  SELECT {AGENT.format("k")} FROM source.systemic_therapies k
                  WHERE k.patient_id = c.patient_id AND k.start_date <= c.index_date)) AS systemic,
           (SELECT min(t.date) FROM source.local_treatments t
            WHERE t.patient_id = c.patient_id AND t.date > c.index_date) AS further_local,
           (SELECT min(g.date) FROM source.progressions g
            WHERE g.patient_id = c.patient_id AND g.date > c.index_date) AS progression,
           f.death_date AS death,
           coalesce(f.death_date, f.last_contact_date) AS observed_to
    FROM cohort c JOIN source.follow_up f USING (patient_id)
"""


def _arm(endpoint: str, first: str, reason: str, *, death_is_event: bool) -> str:
    """Return the query of one endpoint: the date `first` ends the time for the words `reason`."""
    at_death = int(Status.EVENT if death_is_event else Status.COMPETING_DEATH)
    return f"""
        SELECT patient_id, '{endpoint}' AS endpoint, index_date,
               date_diff('day', index_date, coalesce({first}, observed_to)) AS days,
               CASE WHEN {first} IS NOT NULL THEN {int(Status.EVENT)}
                    WHEN death IS NOT NULL THEN {at_death}
                    ELSE {int(Status.CENSORED)} END AS status,
               CASE WHEN {first} IS NOT NULL THEN {reason}
                    WHEN death IS NOT NULL THEN '{DEATH}'
                    ELSE '{LAST_CONTACT}' END AS reason
        FROM first_events"""


TIME_TO_EVENT = " UNION ALL ".join(
    (
        _arm("TTNST", "systemic", f"'{NEW_SYSTEMIC}'", death_is_event=False),
        _arm(
            "TTAI",
            "least(systemic, further_local)",  # DuckDB's least passes over NULL
            # on the same day the systemic therapy is the event
            f"CASE WHEN systemic <= coalesce(further_local, systemic) THEN '{NEW_SYSTEMIC}' "
            f"ELSE '{FURTHER_LOCAL}' END",
            death_is_event=False,
        ),
        _arm("PFS", "progression", f"'{PROGRESSION}'", death_is_event=True),
        _arm("OS", "CAST(NULL AS DATE)", "''", death_is_event=True),
    )
)

# What was known of a patient on the index date.
BASELINE = f"""
    SELECT i.patient_id, i.modality, i.index_date, i.target_site,
           year(i.index_date) - p.birth_year AS age_at_index,
           p.sex, p.primary_site, p.tumour_grade, p.ki67_percent, p.functional,
           CASE WHEN p.metastatic_date <= i.index_date  -- a later one is not known yet
                THEN round(date_diff('day', p.metastatic_date, i.index_date) / 30.4375, 1)
           END AS months_since_metastasis,
           (SELECT count(DISTINCT {AGENT.format("s")}) FROM source.systemic_therapies s
            WHERE s.patient_id = i.patient_id AND s.start_date <= i.index_date) AS systemic_agents_so_far,
           CASE WHEN EXISTS (
               SELECT 1 FROM source.systemic_therapies s
               WHERE s.patient_id = i.patient_id AND s.start_date <= i.index_date
                 AND (s.stop_date IS NULL OR s.stop_date > i.index_date)) THEN 'yes' ELSE 'no'
           END AS on_systemic_therapy
    FROM index_treatments i JOIN source.patients p USING (patient_id)
"""

# name, label, kind
BASELINE_COLUMNS = (
    ("age_at_index", "Age at index treatment (years)", "numeric"),
    ("sex", "Sex", "categorical"),
    ("primary_site", "Primary site", "categorical"),
    ("tumour_grade", "Tumour grade (WHO)", "categorical"),
    ("ki67_percent", "Ki-67 (%)", "numeric"),
    ("functional", "Functional tumour", "categorical"),
    ("target_site", "Target site", "categorical"),
    ("months_since_metastasis", "Months since first metastasis", "numeric"),
    ("systemic_agents_so_far", "Systemic agents so far", "numeric"),
    ("on_systemic_therapy", "On systemic therapy at index", "categorical"),
)

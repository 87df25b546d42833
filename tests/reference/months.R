# S(t) and numbers at risk by R in the unit that the data came in, for times asked in months and years.
# Run in this folder: Rscript months.R
# It writes months_adtte.csv, 80 invented patients with a time in whole months (WHOLE), in months with one decimal
# (TENTH) and in years with two (YEARS), and months_reference.csv: a row for each group, landmark (months; empty:
# none) and month. Nothing is given beyond the last time of a group. n is who is left after the landmark.
suppressPackageStartupMessages(library(survival))
options(digits = 15, stringsAsFactors = FALSE)
set.seed(30)
n <- 80
arm <- rep(c("A", "B"), n / 2)
whole <- pmin(1 + rgeom(n, 0.04), 60)
tenth <- pmin(round(rexp(n, 1 / ifelse(arm == "A", 18, 30)) + 0.1, 1), 60)
tenth[1:24] <- pmin(round(tenth[1:24]), 60) + 1  # many end on a whole month, where the rule decides
years <- pmin(round(rexp(n, 1 / 4) + 0.05, 2), 10)
years[1:30] <- pmin(round(years[1:30]) + 1, 10)
times <- list(WHOLE = whole, TENTH = tenth, YEARS = years)
unit <- c(WHOLE = "MONTHS", TENTH = "MONTHS", YEARS = "YEARS")
event <- list(WHOLE = rbinom(n, 1, 0.7), TENTH = rbinom(n, 1, 0.6), YEARS = rbinom(n, 1, 0.6))
for (code in names(times)) event[[code]][times[[code]] == max(times[[code]])] <- 0  # the end of the study

rows <- list(); found <- list()
for (code in names(times)) {
  rows[[code]] <- data.frame(
    USUBJID = sprintf("M-%03d", seq_len(n)), TRTP = arm, PARAMCD = code, PARAM = paste("Time to", tolower(code)),
    AVAL = times[[code]], AVALU = unit[[code]], CNSR = 1 - event[[code]])
  per_year <- if (unit[[code]] == "YEARS") 12 else 1
  asked <- if (unit[[code]] == "YEARS") 12 * 1:10 else 1:60
  for (landmark in c(0, 3, 8, 12)) for (group in c("A", "B")) {
    # hundredths of the unit are whole numbers: nothing is decided by rounding
    hundredths <- round(100 * times[[code]])
    kept <- arm == group & hundredths > 100 * landmark / per_year
    clock <- hundredths[kept] - round(100 * landmark / per_year)
    fit <- survfit(Surv(clock, event[[code]][kept]) ~ 1)
    for (month in asked) {
      at <- round(100 * month / per_year)
      if (at > max(clock) || (100 * landmark) %% per_year != 0) next
      one <- summary(fit, times = at)
      found[[length(found) + 1]] <- data.frame(
        endpoint = code, group = group, landmark = if (landmark) landmark else "", n = sum(kept), month = month,
        survival = format(one$surv, digits = 15), at_risk = one$n.risk)
    }
  }
}
write.csv(do.call(rbind, rows), "months_adtte.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, found), "months_reference.csv", row.names = FALSE, quote = FALSE)

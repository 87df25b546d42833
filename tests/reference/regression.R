# Figures of Cox's regression by R with covariates that are hard to compute with: far from zero, in tiny or huge
# units, and such that separate patients with the event from those without.
# Run in this folder: Rscript regression.R
# It writes regression_adtte.csv, from the data set veteran of R's survival package (start dates left out), and
# regression_reference.csv: a row a figure, with the options of the command `compare` that ask for it and the place
# of the figure in the answer.
suppressPackageStartupMessages(library(survival))
options(digits = 17, stringsAsFactors = FALSE)

rows <- list()
say <- function(asked, place, value) {
  text <- ifelse(is.na(value) | !is.finite(value) | value == 0, "",  # beyond what a number holds
                  trimws(formatC(value, digits = 15, format = "g")))
  rows[[length(rows) + 1]] <<- data.frame(options = asked, place = place, value = text)
}

n <- nrow(veteran)
d <- data.frame(arm = ifelse(veteran$trt == 1, "standard", "test"), time = veteran$time, event = veteran$status,
                cell = as.character(veteran$celltype))
set.seed(11)
noise <- round(rnorm(n), 3)
d$far <- 1e9 + noise
d$farther <- 1e12 + 1000 * noise
d$below <- -1e9 + veteran$karno / 100
d$number <- 7e8 + sample(n)
d$date <- 1388534400 + 86400 * sample(2000, n)
d$small <- veteran$karno * 1e-4
d$tiny <- (veteran$karno + noise) * 1e-9
d$huge <- veteran$karno * 1e11 + 1e9 * noise
d$years <- 2014 + veteran$age / 1e4
d$few <- as.numeric(d$event == 1 | seq_len(n) %% 2 == 0)      # 1 for every event, and for some without
d$apart <- as.numeric(d$event == 0)                           # 1 for everybody without event, 0 for every event
d$level <- ifelse(d$event == 0, "c", ifelse(veteran$age > 60, "a", "b"))
d$score <- round(veteran$age / 10, 1) + ifelse(d$event == 1, 20, 0)  # numbers that lie apart by event
d$half <- as.numeric(seq_len(n) %% 3 == 0)
d$other <- d$apart - d$half                                  # only both together separate
covariates <- setdiff(names(d), c("arm", "time", "event", "cell"))

write.csv(data.frame(STUDYID = "VET", USUBJID = sprintf("V%03d", seq_len(n)), TRTP = d$arm, PARAMCD = "TTE",
                     PARAM = "Time to event", AVAL = d$time, AVALU = "DAYS", CNSR = 1 - d$event, CELL = d$cell,
                     lapply(d[covariates], function(x) if (is.numeric(x)) trimws(formatC(x, digits = 15, format = "g")) else x)),
          "regression_adtte.csv", row.names = FALSE, quote = FALSE)

exact <- coxph.control(eps = 1e-13, toler.chol = 1e-16, toler.inf = 1e-30, iter.max = 60)
fit <- function(asked, by, reference, covariates, bounded) {
  d$by <- relevel(factor(d[[by]]), reference)
  formula <- as.formula(paste("Surv(time, event) ~ by +", paste(covariates, collapse = " + ")))
  found <- suppressWarnings(coxph(formula, d, control = exact))
  limits <- suppressWarnings(exp(confint(found)))
  p <- summary(found)$coefficients[, "Pr(>|z|)"]
  for (name in names(coef(found))) {
    group <- startsWith(name, "by")
    if (!group && !bounded) next
    place <- if (group) paste0("cox[stratum=", substring(name, 3), "]") else paste0("cox_covariates[stratum=", name, "]")
    say(asked, paste0(place, ".hazard_ratio"), exp(coef(found)[name]))
    say(asked, paste0(place, ".lower"), limits[name, 1])
    say(asked, paste0(place, ".upper"), limits[name, 2])
    say(asked, paste0(place, ".p"), p[name])
  }
  say(asked, "cox_model.n", found$n)
  say(asked, "cox_model.events", found$nevent)
  if (!bounded) return()
  # cox.zph cannot invert the information in some of these units; the test does not depend on them
  d[covariates] <- lapply(d[covariates], function(x) as.numeric(scale(x)))
  global <- cox.zph(coxph(formula, d, control = exact), transform = "km")$table["GLOBAL", ]
  for (part in c("chisq", "df", "p")) say(asked, paste0("ph_test.", part), global[part])
}

for (name in c("far", "farther", "below", "number", "date", "small", "tiny", "huge", "years"))
  fit(paste("--reference standard --adjust", name), "arm", "standard", name, TRUE)
fit("--reference standard --adjust far huge number", "arm", "standard", c("far", "huge", "number"), TRUE)
fit("--by CELL --reference large --adjust number small", "cell", "large", c("number", "small"), TRUE)
for (name in c("few", "apart", "level", "score"))
  fit(paste("--reference standard --adjust", name), "arm", "standard", name, FALSE)
fit("--by CELL --reference large --adjust apart below", "cell", "large", c("apart", "below"), FALSE)
fit("--reference standard --adjust half other", "arm", "standard", c("half", "other"), FALSE)

write.csv(do.call(rbind, rows), "regression_reference.csv", row.names = FALSE)
cat(length(rows), "figures\n")

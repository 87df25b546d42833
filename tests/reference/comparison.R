# Figures of comparisons by R, and the data sets that they are computed from.
# Run in this folder: Rscript comparison.R
# It writes *_covariates_adtte.csv, from data sets of R's survival package (times in whole days; in mgus2 months
# are read as days; start dates are invented), and comparison_reference.csv: a row a figure, with the options of
# the command `compare` that ask for it and the place of the figure in the answer.
suppressPackageStartupMessages({library(survival); library(cmprsk)})
options(digits = 15, stringsAsFactors = FALSE)

number <- function(x) ifelse(is.na(x), "", format(x, digits = 15, trim = TRUE, scientific = NA))
rows <- list()
say <- function(place, value) {
  rows[[length(rows) + 1]] <<- data.frame(dataset = dataset, options = asked, place = place, value = number(value))
}

write_adtte <- function(name, data, covariates) {
  start <- as.Date("2014-01-01") + (37 * seq_len(nrow(data))) %% 1247
  out <- data.frame(
    STUDYID = toupper(name), USUBJID = sprintf("%s-%05d", toupper(name), seq_len(nrow(data))), TRTP = data$arm,
    PARAMCD = "TTE", PARAM = "Time to event", STARTDT = start, ADT = start + data$time, AVAL = data$time,
    AVALU = "DAYS", CNSR = c(1, 0, 2)[data$status + 1], data[covariates], check.names = FALSE)
  write.csv(out, paste0(name, "_covariates_adtte.csv"), row.names = FALSE, na = "", quote = FALSE)
  data$start <- start
  data
}

# ---- the figures of one question -----------------------------------------------------------------------------

test <- function(place, found, df = length(found$n) - 1) {
  say(paste0(place, ".chisq"), found$chisq)
  say(paste0(place, ".df"), df)
  say(paste0(place, ".p"), pchisq(found$chisq, df, lower.tail = FALSE))
}

overall <- function(d) {
  arms <- length(unique(d$arm))
  test("logrank", survdiff(Surv(time, event) ~ arm, d), arms - 1)
  test("peto_peto", survdiff(Surv(time, event) ~ arm, d, rho = 1), arms - 1)
}

stratified <- function(d, column) {
  found <- survdiff(as.formula(paste("Surv(time, event) ~ arm + strata(", column, ")")), d)
  test("stratified_logrank", found, length(unique(d$arm)) - 1)
}

pairwise <- function(d) {
  pairs <- combn(sort(unique(d$arm)), 2)
  chisq <- apply(pairs, 2, function(pair) survdiff(Surv(time, event) ~ arm, d[d$arm %in% pair, ])$chisq)
  p <- pchisq(chisq, 1, lower.tail = FALSE)
  holm <- p.adjust(p, "holm")
  for (i in seq_along(chisq)) {
    place <- paste0("pairwise[a=", pairs[1, i], ",b=", pairs[2, i], "]")
    say(paste0(place, ".chisq"), chisq[i])
    say(paste0(place, ".p"), p[i])
    say(paste0(place, ".p_holm"), holm[i])
  }
}

cox <- function(d, reference, covariates = character(), level = 0.95) {
  d$arm <- relevel(factor(d$arm), reference)
  for (column in covariates) if (is.character(d[[column]])) d[[column]] <- factor(d[[column]])
  formula <- as.formula(paste(c("Surv(time, event) ~ arm", covariates), collapse = " + "))
  fit <- coxph(formula, d, ties = "efron", control = coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 50))
  limits <- exp(confint(fit, level = level))
  p <- summary(fit)$coefficients[, "Pr(>|z|)"]
  for (i in seq_along(coef(fit))) {
    name <- names(coef(fit))[i]
    if (!startsWith(name, "arm")) next
    place <- paste0("cox[stratum=", substring(name, 4), "]")
    say(paste0(place, ".hazard_ratio"), exp(coef(fit)[i]))
    say(paste0(place, ".lower"), limits[i, 1])
    say(paste0(place, ".upper"), limits[i, 2])
    say(paste0(place, ".p"), p[i])
  }
  say("cox_model.n", fit$n)
  say("cox_model.events", fit$nevent)
  say("cox_model.dropped", nrow(d) - fit$n)
  global <- cox.zph(fit, transform = "km")$table["GLOBAL", ]
  say("ph_test.chisq", global["chisq"])
  say("ph_test.df", global["df"])
  say("ph_test.p", global["p"])
}

means <- function(d, reference, tau = NULL, level = 0.95) {
  if (is.null(tau)) tau <- min(tapply(d$time, d$arm, max))
  say("rmst.tau", tau)
  z <- qnorm(1 - (1 - level) / 2)
  found <- summary(survfit(Surv(time, event) ~ arm, d), rmean = tau)$table
  mean <- found[, "rmean"]; se <- found[, "se(rmean)"]
  arms <- sub("^arm=", "", rownames(found))
  for (i in seq_along(arms)) {
    place <- paste0("rmst.strata[stratum=", arms[i], "]")
    say(paste0(place, ".estimate"), mean[i])
    say(paste0(place, ".se"), se[i])
    say(paste0(place, ".lower"), mean[i] - z * se[i])
    say(paste0(place, ".upper"), mean[i] + z * se[i])
    if (arms[i] == reference) next
    b <- which(arms == reference)
    difference <- mean[i] - mean[b]; error <- sqrt(se[i]^2 + se[b]^2)
    place <- paste0("rmst.differences[a=", arms[i], ",b=", reference, "]")
    say(paste0(place, ".estimate"), difference)
    say(paste0(place, ".se"), error)
    say(paste0(place, ".lower"), difference - z * error)
    say(paste0(place, ".upper"), difference + z * error)
    say(paste0(place, ".p"), 2 * pnorm(-abs(difference / error)))
  }
}

differences <- function(d, reference, times, level = 0.95) {
  z <- qnorm(1 - (1 - level) / 2)
  at <- lapply(split(d, d$arm), function(part) summary(survfit(Surv(time, event) ~ 1, part), times = times))
  for (arm in setdiff(names(at), reference)) for (i in seq_along(times)) {
    place <- paste0("differences_at[a=", arm, ",b=", reference, ",at=", times[i], "]")
    difference <- at[[arm]]$surv[i] - at[[reference]]$surv[i]
    error <- sqrt(at[[arm]]$std.err[i]^2 + at[[reference]]$std.err[i]^2)
    say(paste0(place, ".estimate"), difference)
    say(paste0(place, ".lower"), difference - z * error)
    say(paste0(place, ".upper"), difference + z * error)
  }
}

subgroups <- function(d, contrast, reference, column) {
  d <- d[d$arm %in% c(contrast, reference), ]
  d$arm <- relevel(factor(d$arm), reference)
  exact <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 50)
  for (level in sort(unique(d[[column]]))) {
    part <- d[!is.na(d[[column]]) & d[[column]] == level, ]
    fit <- coxph(Surv(time, event) ~ arm, part, control = exact)
    place <- paste0("subgroups[column=", column, "].levels[level=", level, "]")
    say(paste0(place, ".n"), nrow(part))
    say(paste0(place, ".events"), sum(part$event))
    say(paste0(place, ".hazard_ratio"), exp(coef(fit)))
    say(paste0(place, ".lower"), exp(confint(fit))[1])
    say(paste0(place, ".upper"), exp(confint(fit))[2])
  }
  d$level <- factor(d[[column]])
  d <- d[!is.na(d$level), ]
  one <- coxph(Surv(time, event) ~ arm + level, d, control = exact)
  two <- coxph(Surv(time, event) ~ arm * level, d, control = exact)
  compared <- anova(one, two)
  place <- paste0("subgroups[column=", column, "].interaction")
  say(paste0(place, ".chisq"), compared$Chisq[2])
  say(paste0(place, ".df"), compared$Df[2])
  say(paste0(place, ".p"), compared[["Pr(>|Chi|)"]][2])
}

landmark <- function(d, at) {
  gone <- d[d$time <= at, ]
  say("landmark.at", at)
  for (i in 1:3) {
    say(paste0("landmark.left_out.", c("censored", "event", "competing")[i]), sum(gone$status == i - 1))
  }
  d <- d[d$time > at, ]
  d$time <- d$time - at
  d
}

incidence <- function(d, reference, times, level = 0.95) {
  z <- qnorm(1 - (1 - level) / 2)
  found <- cuminc(d$time, d$status, d$arm, cencode = 0)
  for (cause in 1:2) {
    place <- paste0("gray[cause=", cause, "]")
    say(paste0(place, ".statistic"), found$Tests[cause, "stat"])
    say(paste0(place, ".df"), found$Tests[cause, "df"])
    say(paste0(place, ".p"), found$Tests[cause, "pv"])
  }
  at <- timepoints(found, times)
  for (arm in sort(unique(d$arm))) for (cause in 1:2) for (i in seq_along(times)) {
    row <- paste(arm, cause)
    f <- at$est[row, i]; v <- at$var[row, i]
    place <- paste0("cumulative_incidence[stratum=", arm, ",cause=", cause, ",at=", times[i], "]")
    say(paste0(place, ".estimate"), f)
    say(paste0(place, ".variance"), v)
    say(paste0(place, ".lower"), f^exp(-z * sqrt(v) / (f * log(f))))
    say(paste0(place, ".upper"), f^exp(z * sqrt(v) / (f * log(f))))
    if (cause == 2 || arm == reference) next
    f0 <- at$est[paste(reference, 1), i]; v0 <- at$var[paste(reference, 1), i]
    place <- paste0("differences_at[a=", arm, ",b=", reference, ",at=", times[i], "]")
    say(paste0(place, ".estimate"), f - f0)
    error <- if (is.na(v + v0) || v + v0 == 0) NA else sqrt(v + v0)  # no limits where neither varies
    say(paste0(place, ".lower"), f - f0 - z * error)
    say(paste0(place, ".upper"), f - f0 + z * error)
  }
}

cut_off <- function(d, day) {
  d <- d[d$start <= day, ]
  known <- as.numeric(day - d$start)
  d$status <- ifelse(d$time > known, 0, d$status)
  d$event <- as.numeric(d$status == 1)
  d$time <- pmin(d$time, known)
  d
}

# ---- veteran: four cell types, ties, covariates without missing values ---------------------------------------

v <- data.frame(arm = as.character(veteran$celltype), time = veteran$time, status = veteran$status,
                treatment = ifelse(veteran$trt == 1, "standard", "test"), karno = veteran$karno,
                age = veteran$age, prior = ifelse(veteran$prior == 0, "no", "yes"))
v <- write_adtte("veteran", v, c("treatment", "karno", "age", "prior"))
v$event <- v$status
dataset <- "veteran"

asked <- "--stratify prior"
overall(v); pairwise(v); stratified(v, "prior")
asked <- "--stratify treatment --reference squamous --at 30 --at 90 --at 180"
stratified(v, "treatment"); cox(v, "squamous"); means(v, "squamous"); differences(v, "squamous", c(30, 90, 180))
asked <- "--reference large --adjust karno age treatment --conf-level 0.9 --tau 100 --at 60"
cox(v, "large", c("karno", "age", "treatment"), 0.9); means(v, "large", 100, 0.9)
differences(v, "large", 60, 0.9)
asked <- "--reference large --contrast smallcell --subgroup treatment prior"
subgroups(v, "smallcell", "large", "treatment"); subgroups(v, "smallcell", "large", "prior")
asked <- "--reference adeno --landmark 30 --stratify treatment --adjust karno --tau 90 --at 60"
w <- landmark(v, 30)
overall(w); pairwise(w); stratified(w, "treatment"); cox(w, "adeno", "karno")
means(w, "adeno", 90); differences(w, "adeno", 60)
asked <- "--index-from 2014-06-01 --index-to 2016-12-31 --cutoff 2016-10-31 --stratify prior --adjust age prior"
w <- cut_off(v[v$start >= as.Date("2014-06-01") & v$start <= as.Date("2016-12-31"), ], as.Date("2016-10-31"))
overall(w); stratified(w, "prior"); cox(w, "adeno", c("age", "prior"))

# ---- lung: two groups, covariates with missing values --------------------------------------------------------

l <- data.frame(arm = ifelse(lung$sex == 1, "male", "female"), time = lung$time, status = lung$status - 1,
                age = lung$age, ecog = lung$ph.ecog, karno = lung$ph.karno, loss = lung$wt.loss)
l <- write_adtte("lung", l, c("age", "ecog", "karno", "loss"))
l$event <- l$status
dataset <- "lung"

asked <- "--reference male --adjust age ecog loss --stratify karno"
cox(l, "male", c("age", "ecog", "loss"))
stratified(l[!is.na(l$karno), ], "karno")  # not recorded is no level
asked <- "--reference male --subgroup karno --landmark 180 --at 185"
w <- landmark(l, 180)
overall(w); cox(w, "male"); means(w, "male"); differences(w, "male", 185)
# one level of karno has a single patient: its ratio has no bound, and the interaction is left to the others
asked <- "--reference male --adjust age karno --cutoff 2016-09-30"
w <- cut_off(l, as.Date("2016-09-30"))
overall(w); cox(w, "male", c("age", "karno"))

# ---- mgus2: three age groups, death competes with progression ------------------------------------------------

m <- mgus2[seq(1, nrow(mgus2), by = 3), ]
m <- data.frame(arm = as.character(cut(m$age, c(0, 60, 75, 120), c("to 60", "61-75", "76-"))),
                time = ifelse(m$pstat == 0, m$futime, m$ptime), status = ifelse(m$pstat == 0, 2 * m$death, 1),
                sex = ifelse(m$sex == "F", "female", "male"), hgb = m$hgb)
m <- write_adtte("mgus2", m, c("sex", "hgb"))
dataset <- "mgus2"

m$event <- as.numeric(m$status == 1)
asked <- "--death competing --reference 61-75 --stratify sex --at 60 --at 120 --at 240"
overall(m); stratified(m, "sex"); cox(m, "61-75"); incidence(m, "61-75", c(60, 120, 240))
asked <- "--death competing --landmark 24 --conf-level 0.9 --at 100 --reference 61-75"
w <- landmark(m, 24)
overall(w); incidence(w, "61-75", 100, 0.9)
asked <- "--death censor --reference 61-75 --adjust sex hgb"
overall(m); cox(m, "61-75", c("sex", "hgb")); means(m, "61-75")
m$event <- as.numeric(m$status > 0)
asked <- "--death event --reference 61-75 --adjust sex --contrast 76- --subgroup sex --at 60"
overall(m); cox(m, "61-75", "sex"); means(m, "61-75"); differences(m, "61-75", 60)
subgroups(m, "76-", "61-75", "sex")

write.csv(do.call(rbind, rows), "comparison_reference.csv", row.names = FALSE)
cat(length(rows), "figures\n")

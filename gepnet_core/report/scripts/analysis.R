# Compute every number of the report again from the CSV files of this folder, and compare with expected.csv.
# Run `Rscript analysis.R` here (or name other folders). It needs the packages survival and cmprsk. It writes
# numbers.csv, prints the largest difference of each section, and ends with 1 where a number differs or is missing.
suppressPackageStartupMessages({library(survival); library(cmprsk)})
options(stringsAsFactors = FALSE)

UNITS <- c(DAYS = 1, WEEKS = 7, MONTHS = 30.4375, YEARS = 365.25)
TOLERANCE <- sqrt(.Machine$double.eps)
EXACT <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 60)
NOTHING <- rep(NA_real_, 5)
SEPARATOR <- "\037"

# ---- reading and keeping numbers -----------------------------------------------------------------------------

read <- function(name) {
  # text stays text; a quote that keeps it from being a formula is taken off
  all <- read.csv(file.path(folder, name), header = FALSE, colClasses = "character", na.strings = character(),
                  encoding = "UTF-8")
  plain <- as.matrix(all)
  guarded <- grepl("^'+[=+@\t\r-]", plain)
  plain[guarded] <- substring(plain[guarded], 2)
  setNames(as.data.frame(plain[-1, , drop = FALSE]), plain[1, ])
}

say <- function(section, group, at, ...) {
  values <- c(...)
  key <- paste(section, group, names(values), at, sep = SEPARATOR)
  kept[[length(kept) + 1]] <<- list(key = key, value = as.numeric(values))
}

one <- function(key) {
  found <- settings$value[settings$key == key]
  if (length(found)) found[1] else ""
}
every <- function(key) settings$value[settings$key == key]
level_of <- function(patients, column) {
  found <- cohort[[column]][match(patients, cohort$patient_id)]
  ifelse(found == "", "not recorded", found)
}
coded <- function(values) match(values, unique(values))
counted <- function(status) if (one("death") == "event") ifelse(status == 2, 1, status) else status
z_of <- function() -qnorm((1 - conf) / 2)

# ---- the patients ----------------------------------------------------------------------------------------------

flow <- function() {
  passed <- as.integer(read("attrition.csv")$steps_passed)
  say("flow", "", "", start = length(passed))
  steps <- every("step")
  for (k in seq_along(steps))
    say("flow", "", steps[k], left = sum(passed >= k), "left out" = sum(passed >= k - 1) - sum(passed >= k))
  groups <- level_of(own$patient, one("by"))
  for (group in unique(groups)) say("flow", group, "", patients = sum(groups == group))
}

baseline <- function() {
  modality <- ifelse(cohort$modality == "", "not recorded", cohort$modality)
  groups <- unique(modality)
  members <- c(lapply(groups, function(group) modality == group), list(rep(TRUE, nrow(cohort))))
  shown <- c(groups, "")
  for (i in seq_along(shown)) say("baseline", shown[i], "", patients = sum(members[[i]]))
  for (row in seq_len(nrow(columns))) {
    kind <- columns$table[row]
    if (kind == "") next
    section <- paste0("baseline: ", columns$column[row])
    values <- cohort[[columns$column[row]]]
    filled <- !(values %in% c("", "not recorded"))  # these words in a cell mean the same
    if (kind == "numeric") {
      found <- lapply(members, function(inside) as.numeric(values[inside & filled]))
      for (i in seq_along(shown)) {
        quarters <- if (length(found[[i]])) quantile(found[[i]], c(.25, .5, .75), names = FALSE) else rep(NA, 3)
        say(section, shown[i], "", recorded = length(found[[i]]), median = quarters[2],
            "lower quartile" = quarters[1], "upper quartile" = quarters[3])
      }
      usable <- Filter(function(x) length(x) > 1, found[seq_along(groups)])
      gaps <- of_pairs(usable, numbers_apart)
    } else {
      levels <- unique(values[filled])
      levels <- levels[order(levels, method = "radix")]
      for (i in seq_along(shown)) for (level in levels)
        say(section, shown[i], level, patients = sum(values == level & members[[i]]))
      shares <- lapply(members[seq_along(groups)], function(inside)
        vapply(levels, function(level) sum(values == level & inside), 0) / max(1, sum(inside & filled)))
      gaps <- of_pairs(Filter(function(x) sum(x) > 0, shares), shares_apart)
    }
    if (!all(filled)) for (i in seq_along(shown))
      say(section, shown[i], "", "not recorded" = sum(!filled & members[[i]]))
    if (length(gaps)) {
      largest <- max(gaps)
      say(section, "", "", "largest standardised difference" = if (is.finite(largest)) largest else NA)
    }
  }
}

of_pairs <- function(groups, apart) {
  if (length(groups) < 2) return(numeric())
  apply(combn(length(groups), 2), 2, function(pair) apart(groups[[pair[1]]], groups[[pair[2]]]))
}
numbers_apart <- function(a, b) {
  if (all(a == a[1]) && all(b == b[1])) return(if (a[1] == b[1]) 0 else Inf)  # the spread may be rounding
  spread <- sqrt((var(a) + var(b)) / 2)
  gap <- abs(mean(a) - mean(b))
  if (spread > 0) gap / spread else if (gap > 0) Inf else 0
}
shares_apart <- function(a, b) {
  if (!any(a > 0 & b > 0)) return(Inf)
  p <- unname(a[-1]); q <- unname(b[-1])
  if (!length(p)) return(0)
  spread <- (diag(p, length(p)) - p %o% p + diag(q, length(q)) - q %o% q) / 2
  sqrt(max(0, t(p - q) %*% inverse(spread, 1e-12) %*% (p - q)))
}
inverse <- function(m, tolerance) {
  # the pseudo-inverse of a symmetric matrix
  found <- svd(m)
  kept <- found$d > tolerance * max(found$d)
  if (!any(kept)) return(m * 0)
  found$v[, kept, drop = FALSE] %*% (t(found$u[, kept, drop = FALSE]) / found$d[kept])
}

endings <- function() {
  ended <- c("censored", "event", "competing death")[counted(times$status) + 1]
  kinds <- unique(data.frame(endpoint = times$endpoint, ended = ended, reason = times$reason))
  for (i in seq_len(nrow(kinds))) {
    kind <- kinds[i, ]
    n <- sum(times$endpoint == kind$endpoint & ended == kind$ended & times$reason == kind$reason)
    say("endings", kind$endpoint, kind$reason, setNames(n, kind$ended))
  }
}

side_effects <- function() {
  if (one("window") == "") return()
  window <- as.numeric(one("window"))
  units <- read("treatments.csv")
  events <- read("side_effects.csv")
  unit <- match(paste(events$treatment, events$patient_id, sep = SEPARATOR),
                paste(units$treatment_id, units$patient_id, sep = SEPARATOR))
  date <- as.Date(events$date)
  days <- as.numeric(date - as.Date(units$date[unit]))
  next_start <- as.Date(ifelse(units$next_start == "", "9999-12-31", units$next_start))[unit]
  gone <- ifelse(is.na(unit), "names no treatment from the index date on",
          ifelse(date >= next_start, "on or after the next start of a treatment",
          ifelse(days > window, "after the window", "")))
  for (reason in setdiff(gone, "")) say("side effects not counted", "", reason, events = sum(gone == reason))
  kept_events <- gone == ""
  unit <- unit[kept_events]; days <- days[kept_events]
  term <- events$term[kept_events]; grade <- as.integer(events$ctcae_grade[kept_events])
  for (section in c("side effects by patient", "side effects by treatment")) {
    shown <- if (section == "side effects by patient") units$is_index == "yes" else rep(TRUE, nrow(units))
    for (wanted in c("", unique(term[shown[unit]]))) {
      of_term <- (wanted == "" | term == wanted) & shown[unit]
      worst <- tapply(grade[of_term], unit[of_term], max)
      onset <- tapply(days[of_term], unit[of_term], min)
      whose <- units$modality[as.integer(names(worst))]
      for (group in c("", unique(units$modality[shown]))) {
        inside <- rep(TRUE, length(worst)); if (group != "") inside <- whose == group
        n <- sum(shown & (group == "" | units$modality == group))
        found <- worst[inside]
        say(section, group, wanted, n = n)
        for (g in 1:5) say(section, group, wanted, setNames(sum(found == g), paste("grade", g)))
        for (least in c(1, 3)) {
          words <- if (least == 1) "any grade" else "grade 3 and above"
          count <- sum(found >= least)
          limits <- binom.test(count, n, conf.level = conf)$conf.int
          say(section, group, wanted, setNames(c(count, limits), paste0(words, c("", " lower", " upper"))))
        }
        first <- if (any(inside)) onset[inside] else NA
        say(section, group, wanted, "onset median" = median(first), "onset first" = min(first),
            "onset last" = max(first))
      }
    }
  }
}

# ---- curves ----------------------------------------------------------------------------------------------------

fitted <- function(days, event) {
  scale <- if (conf_type == "spss") "plain" else conf_type
  survfit(Surv(days, event) ~ 1, conf.type = scale, conf.int = conf)
}

s_at <- function(fit, day) {
  # S, its limits and its variance; nothing beyond the last time unless S is 0
  place <- findInterval(day, fit$time)
  if (place == 0) {
    edge <- if (conf_type %in% c("plain", "log", "spss")) 1 else NA
    return(c(1, edge, edge, 0))
  }
  s <- fit$surv[place]
  if (day > max(fit$time) && s > 0) return(rep(NA, 4))
  if (s == 0) return(c(0, NA, NA, NA))
  none <- s == 1 && conf_type %in% c("log-log", "logit", "arcsin")
  limits <- if (none) c(NA, NA) else c(fit$lower[place], fit$upper[place])
  c(s, limits, (s * fit$std.err[place])^2)
}

median_of <- function(fit) {
  if (conf_type != "spss") return(unname(tail(summary(fit)$table, 3)))
  s <- fit$surv; time <- fit$time
  first <- which(s <= .5 + TOLERANCE)[1]
  if (is.na(first)) return(rep(NA_real_, 3))
  falls <- fit$n.event > 0
  before <- tail(which(falls & s >= .55 - TOLERANCE), 1)
  after <- which(falls & s <= .45 + TOLERANCE)[1]
  u <- if (length(before)) c(time[before], s[before]) else c(0, 1)
  if (is.na(after) || s[first] <= 0 || time[after] <= u[1]) return(c(time[first], NA, NA))
  slope <- (u[2] - s[after]) / (time[after] - u[1])
  half <- z_of() * s[first] * fit$std.err[first] / slope
  c(time[first], max(0, time[first] - half), time[first] + half)
}

incidence <- function(days, status, cause, at) {
  # F, variance and log-log limits by cuminc, a row a day; a cause that nobody has stays at 0
  f <- v <- rep(0, length(at))
  if (any(status == cause)) {
    found <- timepoints(cuminc(days, status, cencode = 0), sort(unique(at)))
    row <- which(rownames(found$est) == paste("1", cause))
    f <- found$est[row, match(at, sort(unique(at)))]
    v <- found$var[row, match(at, sort(unique(at)))]
  }
  v[!is.na(f) & f == 0] <- 0
  f[at > max(days)] <- NA
  v[at > max(days)] <- NA
  shift <- z_of() * sqrt(v) / (f * log(f))
  exists <- !is.na(f) & f > 0 & f < 1 - 1e-12
  cbind(f, v, lower = ifelse(exists, f^exp(-shift), NA), upper = ifelse(exists, f^exp(shift), NA))
}

median_incidence <- function(days, status) {
  at <- sort(unique(days))
  found <- incidence(days, status, 1, at)
  apply(found[, c(1, 4, 3), drop = FALSE], 2, function(f) at[which(f >= .5 - TOLERANCE)[1]])
}

section_of <- function(section, groups, landmark) {
  # describe every group; return days and status of those who count
  say(section, "", "", "with a time" = nrow(own),
      "deaths before the event" = sum(own$status[unlist(groups)] == 2))
  watched <- times[times$endpoint == one("follow_up"), ]
  gone <- c(0, 0, 0)
  found <- list()
  for (place in seq_along(groups)) {
    rows <- own[groups[[place]], ]
    rows$status <- counted(rows$status)
    name <- names(groups)[place]
    patients <- rows$patient
    if (!is.na(landmark)) {
      early <- rows$status[rows$days <= landmark]
      gone <- gone + c(sum(early == 1), sum(early == 2), sum(early == 0))
      rows <- rows[rows$days > landmark, ]
      rows$days <- rows$days - landmark
    }
    if (!nrow(rows)) next
    found[[length(found) + 1]] <- list(name = name, patient = rows$patient, days = rows$days, status = rows$status)
    curve(section, name, rows$days, rows$status)
    seen <- watched[match(patients, watched$patient), ]
    median <- median_of(fitted(seen$days, seen$status == 0))
    say(section, name, "", "follow-up median" = median[1], "follow-up median lower" = median[2],
        "follow-up median upper" = median[3], "observed median" = median(seen$days))
  }
  if (!is.na(landmark)) say("landmark", "", "", day = landmark, "left out: event" = gone[1],
                            "left out: competing" = gone[2], "left out: censored" = gone[3])
  found
}

curve <- function(section, name, days, status) {
  say(section, name, "", n = length(days), events = sum(status == 1), censored = sum(status == 0),
      competing = sum(status == 2))
  fit <- fitted(days, status == 1)
  median <- if (competes) median_incidence(days, status) else median_of(fit)
  say(section, name, "", median = median[[1]], "median lower" = median[[2]], "median upper" = median[[3]])
  told <- every("told")
  f <- if (competes) incidence(days, status, 1, as.numeric(told))
  for (i in seq_along(told)) {
    day <- as.numeric(told[i])
    s <- if (competes) 1 - f[i, c(1, 4, 3)] else s_at(fit, day)
    before <- days < day
    say(section, name, told[i], S = s[[1]], "S lower" = s[[2]], "S upper" = s[[3]], "at risk" = sum(!before),
        "events before" = sum(status[before] == 1), "censored before" = sum(status[before] == 0),
        "competing before" = sum(status[before] == 2))
  }
}

# ---- comparisons -----------------------------------------------------------------------------------------------

chi_square <- function(score, variance) {
  scale <- max(0, abs(variance))
  rank <- if (scale > 0) sum(svd(variance)$d > 1e-10 * scale) else 0
  if (rank == 0) return(c(NA, length(score), NA))
  statistic <- max(0, t(score) %*% inverse(variance, 1e-10) %*% score)
  c(statistic, rank, pchisq(statistic, rank, lower.tail = FALSE))
}

weighted_test <- function(d, k, weight) {
  # a rank test in plain R: log-rank, Gehan-Breslow or Peto-Peto, within the blocks of d
  score <- expected <- rep(0, k)
  variance <- matrix(0, k, k)
  for (block in unique(d$block)) {
    rows <- d[d$block == block, ]
    pooled <- 1
    for (day in sort(unique(rows$days[rows$status == 1]))) {
      risk <- tabulate(rows$group[rows$days >= day], k)
      fell <- tabulate(rows$group[rows$days == day & rows$status == 1], k)
      n <- sum(risk); events <- sum(fell)
      w <- switch(weight, "log-rank" = 1, "Gehan-Breslow" = n, "Peto-Peto" = pooled)
      share <- risk / n
      score <- score + w * (fell - events * share)
      expected <- expected + events * share
      if (n > 1) variance <- variance +
        w^2 * events * (n - events) / (n - 1) * (diag(share, k) - share %o% share)
      pooled <- pooled * (1 - events / n)
    }
  }
  compared <- which(expected > 0)[-1]
  if (!length(compared)) return(c(NA, 0, NA))
  c(chi_square(score[compared], variance[compared, compared, drop = FALSE]), length(compared))
}

rank_test <- function(d, k, weight) {
  # survdiff, where it can be computed; it has no Gehan-Breslow, and none for groups that never meet
  plain <- weighted_test(d, k, weight)
  if (weight == "Gehan-Breslow" || is.na(plain[1]) || plain[2] < plain[4]) return(plain[1:3])
  formula <- if (length(unique(d$block)) > 1) Surv(days, status == 1) ~ group + strata(block) else
    Surv(days, status == 1) ~ group
  found <- survdiff(formula, d, rho = if (weight == "Peto-Peto") 1 else 0)
  c(found$chisq, plain[2], pchisq(found$chisq, plain[2], lower.tail = FALSE))
}

gray_test <- function(d, k, cause) {
  # Gray's test in plain R, the loop over days of cmprsk; a singular variance has fewer degrees of freedom
  s <- v3 <- f_own <- rep(0, k)
  free_before <- rep(1, k)
  v <- moved <- v2 <- matrix(0, k, k)
  pooled <- 0
  for (day in sort(unique(d$days[d$status > 0]))) {
    risk <- tabulate(d$group[d$days >= day], k)
    fell <- tabulate(d$group[d$days == day & d$status == cause], k)
    died <- tabulate(d$group[d$days == day & d$status == 3 - cause], k)
    there <- which(risk > 0)
    free <- free_before; f_now <- f_own
    free[there] <- (free_before * (risk - fell - died) / risk)[there]
    f_now[there] <- (f_own + free_before * fell / risk)[there]
    size <- rep(0, k)
    size[there] <- (risk / free_before)[there]
    nd <- sum(fell)
    now <- pooled + nd / sum(size)
    response <- if (length(there) > 1) diag(size, k) - size %o% size / sum(size) else matrix(0, k, k)
    if (length(there) > 1 && nd) moved <- moved + response * nd / (sum(size) * (1 - pooled))
    s <- s + fell - nd * size * (1 - f_own) / sum(size * (1 - f_own))
    for (x in there) {
      left <- if (free[x] > 0) (1 - now) / free[x] else 0
      steps <- list()
      if (nd) {
        ties <- if (nd > 1) 1 - (nd - 1) / (sum(size) * free_before[x] - 1) else 1
        steps <- list(list(response[, x] - (1 - left) * moved[, x], 1 - left,
                           ties * free_before[x] * nd / (sum(size) * risk[x])))
      }
      if (died[x] && free[x] > 0) {
        ties <- if (died[x] > 1) 1 - (died[x] - 1) / (risk[x] - 1) else 1
        steps <- c(steps, list(list(left * moved[, x], -left, ties * free_before[x]^2 * died[x] / risk[x]^2)))
      }
      for (step in steps) {
        v <- v + step[[1]] %o% step[[1]] * step[[3]]
        v2[, x] <- v2[, x] + step[[1]] * step[[2]] * step[[3]]
        v3[x] <- v3[x] + step[[2]]^2 * step[[3]]
      }
    }
    pooled <- now; f_own <- f_now; free_before <- free
  }
  v <- v + moved %*% diag(v3, k) %*% t(moved) + moved %*% t(v2) + v2 %*% t(moved)
  chi_square(s[-k], v[-k, -k, drop = FALSE])
}

say_test <- function(section, group, test, words = "")
  say(section, group, "", setNames(test[1:3], paste0(words, c("chisq", "df", "p"))))

tests <- function() {
  for (weight in c("log-rank", "Gehan-Breslow", "Peto-Peto")) say_test("tests", weight, rank_test(rows, k, weight))
  missing <- 0
  if (one("stratify") != "") {
    level <- level_of(rows$patient, one("stratify"))
    within <- rows[level != "not recorded", ]
    within$block <- coded(level[level != "not recorded"])
    missing <- sum(level == "not recorded")
    say_test("tests", "log-rank, stratified", rank_test(within, k, "log-rank"))
  }
  say("not recorded", "", "", groups = sum(by == "not recorded" & !(by %in% wanted)), "stratified test" = missing)
  if (competes) {
    gray <- if (k > 1 && any(rows$status > 0))
      tryCatch(cuminc(rows$days, rows$status, rows$group, cencode = 0)$Tests, error = function(condition) NULL)
    for (cause in 1:2) {
      test <- c(NA, max(0, k - 1), NA)
      if (k > 1 && any(rows$status == cause)) {
        test <- if (is.null(gray)) -1 else gray[as.character(cause), c("stat", "df", "pv")]
        if (test[1] < 0) test <- gray_test(rows, k, cause)  # cuminc says -1 where the variance is singular, or fails
      }
      say_test("tests", paste("Gray,", c("event", "competing death")[cause]), unname(test))
    }
  }
  if (k < 2) return()
  pairs <- combn(k, 2)
  found <- apply(pairs, 2, function(pair) {
    d <- rows[rows$group %in% pair, ]
    d$group <- match(d$group, pair)
    rank_test(d, 2, "log-rank")
  })
  holm <- p.adjust(found[3, ], "holm")
  for (i in seq_len(ncol(pairs)))
    say("pairs of groups", group_names[pairs[1, i]], group_names[pairs[2, i]], chisq = found[1, i], p = found[3, i],
        "p after Holm" = holm[i])
}

in_own_units <- function(x) {
  # columns less their least value, in units of their standard deviation (1 for a column of 0 and 1), so that no
  # digit of a number far from zero is lost
  x <- sweep(x, 2, apply(x, 2, min))
  binary <- apply(x, 2, function(column) all(column %in% c(0, 1)))
  spread <- apply(x, 2, function(column) { size <- max(column); if (size > 0) size * sd(column / size) else 0 })
  spread[binary | is.na(spread) | spread == 0] <- 1
  list(x = sweep(x, 2, spread, "/"), spread = spread)
}

cox <- function(x, days, event) {
  # x in its own units
  fit <- suppressWarnings(coxph(Surv(days, event) ~ x, ties = "efron", control = EXACT))
  error <- suppressWarnings(sqrt(diag(fit$var)))
  # a ratio without bound runs away, until its error is beyond all measure or collapses
  known <- is.finite(coef(fit)) & is.finite(error) & error > 0
  exists <- known & error < 50 & abs(coef(fit)) < 15
  if (!all(exists) && all(known)) {
    # of two columns that say nearly the same the error is wide too, but one more step stays where it is
    again <- suppressWarnings(coxph(Surv(days, event) ~ x, ties = "efron", init = coef(fit),
                                    control = coxph.control(iter.max = 1)))
    exists <- exists | (known & error < 5000 & abs(coef(again) - coef(fit)) < 1e-3)
  }
  list(fit = fit, beta = unname(coef(fit)), error = error, exists = exists)
}

proportional_hazards <- function(x, days, event, found) {
  # cox.zph, but where its variance is singular: then the score test in plain R, with fewer degrees of freedom
  global <- tryCatch({
    table <- cox.zph(found$fit, transform = "km", terms = FALSE)$table
    unname(table[nrow(table), c("chisq", "df", "p")])
  }, error = function(condition) NULL)
  if (!is.null(global)) return(global)
  p <- ncol(x)
  x <- sweep(x, 2, colMeans(x))
  weight <- exp(drop(x %*% found$beta))
  score <- rep(0, p)
  sums <- list(matrix(0, p, p), matrix(0, p, p), matrix(0, p, p))
  s <- 1
  for (day in sort(unique(days[event]))) {
    risk <- days >= day; own <- days == day & event
    n <- sum(own)
    for (gone in (seq_len(n) - 1) / n) {
      w <- weight * risk - gone * weight * own
      mean <- colSums(w * x) / sum(w)
      information <- t(x) %*% (w * x) / sum(w) - mean %o% mean
      score <- score - (1 - s) * mean
      for (power in 0:2) sums[[power + 1]] <- sums[[power + 1]] + (1 - s)^power * information
    }
    score <- score + (1 - s) * colSums(x[own, , drop = FALSE])
    s <- s * (1 - n / sum(risk))
  }
  chi_square(score, sums[[3]] - sums[[2]] %*% solve(sums[[1]], sums[[2]]))
}

says_more <- function(x, added, used) {
  table <- cbind(x, added)[used, , drop = FALSE]
  if (!nrow(table) || any(apply(table, 2, max) == apply(table, 2, min))) return(FALSE)
  own <- in_own_units(table)
  digits <- 1e-15 * max(apply(abs(table), 2, max) / own$spread)
  centred <- sweep(own$x, 2, colMeans(own$x))
  sum(svd(sweep(centred, 2, sqrt(colSums(centred^2)), "/"))$d > max(1e-8, digits)) == ncol(table)
}

hazard_ratios <- function(d, shown, reference, adjust = character(), test = TRUE) {
  k <- length(shown)
  # ratios of the groups shown and of covariates, size of the model, test of proportionality; a group or level
  # without events is left out, as is a column that says nothing new
  event <- d$status == 1
  values <- lapply(adjust, function(column) level_of(d$patient, column))
  kept <- Reduce(`&`, lapply(values, function(value) value != "not recorded"), rep(TRUE, nrow(d)))
  dropped <- sum(!kept)
  complete <- kept
  empty <- character()
  without <- which(tabulate(d$group[event & kept], k) == 0)
  if (reference %in% without) without <- seq_len(k)
  compared <- setdiff(seq_len(k), c(reference, without))
  kept <- kept & !(d$group %in% without)
  x <- vapply(compared, function(group) as.numeric(d$group == group), numeric(nrow(d)))
  x <- matrix(x, nrow(d))
  terms <- data.frame(name = shown[compared], at = rep("group", length(compared)))
  carries <- rep(TRUE, nrow(d))
  for (i in seq_along(if (length(compared)) adjust)) {
    entry <- columns[match(adjust[i], columns$column), ]
    value <- values[[i]]
    if (entry$kind == "numeric") {
      added <- list(suppressWarnings(ifelse(value == "not recorded", 0, as.numeric(value))))
      words <- entry$label
    } else {
      order <- levels$level[levels$column == adjust[i]]
      there <- order[order %in% value[kept]]
      falls <- there[there %in% value[kept & event]]
      carries <- carries & !(value %in% setdiff(there, falls))
      if (length(falls) < length(there)) empty <- c(empty, paste0(entry$label, ": ", setdiff(there, falls)))
      added <- lapply(falls[-1], function(level) as.numeric(value == level))
      words <- if (length(falls) > 1) paste0(entry$label, ": ", falls[-1])
    }
    first <- suppressWarnings(min(d$days[event & kept & carries]))
    seen <- kept & carries & d$days >= first  # who is in a risk set
    for (j in seq_along(added)) if (says_more(x, added[[j]], seen)) {
      x <- cbind(x, added[[j]])
      terms <- rbind(terms, data.frame(name = words[j], at = "covariate"))
    }
  }
  used <- kept & carries
  ratios <- matrix(NA_real_, nrow(terms), 4)
  ph <- c(NA, nrow(terms), NA)
  if (length(compared) && any(event & used)) {
    own <- in_own_units(x[used, , drop = FALSE])
    found <- cox(own$x, d$days[used], event[used])
    beta <- found$beta / own$spread
    half <- z_of() * found$error / own$spread
    fits <- found$exists & abs(beta) + half < 700  # else no number holds the ratio of one unit
    all <- cbind(exp(beta), exp(beta - half), exp(beta + half), 2 * pnorm(-abs(found$beta / found$error)))
    ratios[fits, ] <- all[fits, ]
    ratios[found$exists, 4] <- all[found$exists, 4]
    if (test && all(found$exists)) ph <- proportional_hazards(own$x, d$days[used], event[used], found)
  }
  terms <- rbind(terms, data.frame(name = empty, at = rep("covariate", length(empty))))
  ratios <- rbind(ratios, matrix(NA_real_, length(empty), 4))
  missing <- setdiff(seq_len(k), c(reference, compared))
  terms <- rbind(terms, data.frame(name = shown[missing], at = rep("group", length(missing))))
  ratios <- rbind(ratios, matrix(NA_real_, length(missing), 4))
  list(terms = terms, ratios = ratios, patients = sum(complete), events = sum(event & complete), dropped = dropped, ph = ph)
}

say_ratio <- function(section, group, at, ratio)
  say(section, group, at, "hazard ratio" = ratio[1], "hazard ratio lower" = ratio[2],
      "hazard ratio upper" = ratio[3], p = ratio[4])

say_model <- function(section, model) {
  for (i in seq_len(nrow(model$terms))) say_ratio(section, model$terms$name[i], model$terms$at[i], model$ratios[i, ])
  say(section, "", "", patients = model$patients, events = model$events, dropped = model$dropped)
  say_test(section, "", model$ph, "proportional hazards ")
}

difference <- function(a, b, error) {
  if (is.na(error) || error == 0) return(c(a - b, error, NA, NA, NA))
  half <- z_of() * error
  c(a - b, error, a - b - half, a - b + half, 2 * pnorm(-abs((a - b) / error)))
}

say_interval <- function(section, group, at, found)
  say(section, group, at, estimate = found[1], "standard error" = found[2], lower = found[3], upper = found[4])

means <- function() {
  last <- min(vapply(groups, function(group) max(group$days), 0))
  tau <- if (one("tau") == "") last else as.numeric(one("tau"))
  if (competes || tau <= 0) return()
  # a curve that has reached 0 is known for ever after
  last <- min(vapply(groups, function(group)
    if (min(fitted(group$days, group$status == 1)$surv) == 0) Inf else max(group$days), 0))
  if (tau > last) return()
  say("restricted means", "", "", tau = tau)
  found <- vapply(groups, function(group) {
    if (tau < min(group$days)) return(c(tau, 0))  # R refuses it: S is 1 all the way
    table <- summary(fitted(group$days, group$status == 1), rmean = tau)$table
    c(table[[grep("rmean", names(table))[1]]], table[[grep("se(rmean)", names(table), fixed = TRUE)]])
  }, c(0, 0))
  for (i in seq_len(k)) {
    half <- z_of() * found[2, i]
    say_interval("restricted means", group_names[i], "", c(found[, i], found[1, i] - half, found[1, i] + half))
    if (i == reference) next
    gap <- difference(found[1, i], found[1, reference], sqrt(found[2, i]^2 + found[2, reference]^2))
    say_interval("differences of restricted means", group_names[i], "", gap)
    say("differences of restricted means", group_names[i], "", p = gap[5])
  }
}

differences <- function() {
  time <- every("time")
  for (place in seq_along(time)) {
    day <- as.numeric(time[place])
    found <- vapply(groups, function(group) {
      if (!competes) return(s_at(fitted(group$days, group$status == 1), day)[c(1, 4)])
      both <- lapply(1:2, function(cause) incidence(group$days, group$status, cause, day)[1, ])
      for (cause in 1:2)
        say(paste("incidence of", c("event", "competing death")[cause]), group$name, time[place],
            F = both[[cause]][[1]], variance = both[[cause]][[2]], "F lower" = both[[cause]][[3]],
            "F upper" = both[[cause]][[4]])
      unname(both[[1]][1:2])
    }, c(0, 0))
    for (i in setdiff(seq_len(k), reference)) {
      a <- found[, i]; b <- found[, reference]
      gap <- NOTHING
      if (!is.na(a[1]) && !is.na(b[1])) {
        usable <- !is.na(a[2] + b[2]) && a[2] + b[2] > 0
        gap <- if (usable) difference(a[1], b[1], sqrt(a[2] + b[2])) else c(a[1] - b[1], NOTHING[-1])
      }
      say_interval("differences at a time", group_names[i], time[place], gap)
      say("differences at a time", group_names[i], time[place], p = gap[5])
    }
  }
}

interaction <- function(d) {
  # likelihood ratio test of contrast x level; a combination without events leaves the larger model
  of_level <- tapply(d$status == 1, d$level, any)
  d <- d[d$level != "not recorded" & of_level[match(d$level, names(of_level))], ]
  cells <- unique(d[c("level", "group")])
  df <- nrow(cells) - 1 - length(unique(d$level))
  if (df < 1) return(c(NA, max(df, 0), NA))
  cell <- coded(paste(coded(d$level), d$group))
  dummies <- function(values) vapply(unique(values)[-1], function(value) as.numeric(values == value), numeric(length(values)))
  falls <- cell %in% cell[d$status == 1]
  whole <- cox(dummies(cell[falls]), d$days[falls], d$status[falls] == 1)
  parts <- cox(cbind(d$group == 1, dummies(d$level)) * 1, d$days, d$status == 1)
  if (!all(whole$exists) || !all(parts$exists)) return(c(NA, df, NA))
  chisq <- max(0, 2 * (whole$fit$loglik[2] - parts$fit$loglik[2]))
  c(chisq, df, pchisq(chisq, df, lower.tail = FALSE))
}

subgroups <- function(column) {
  contrast <- match(one("contrast"), group_names)
  if (is.na(contrast)) return()
  section <- paste0("subgroups: ", column)
  d <- rows[rows$group %in% c(contrast, reference), ]
  d$group <- match(d$group, c(contrast, reference))
  d$level <- level_of(d$patient, column)
  say(section, "", "", "not recorded" = sum(d$level == "not recorded"))
  for (level in setdiff(unique(d$level), "not recorded")) {
    part <- d[d$level == level, ]
    say(section, level, "", patients = nrow(part), events = sum(part$status == 1))
    ratio <- NOTHING[1:4]
    if (length(unique(part$group)) == 2) ratio <- hazard_ratios(part, c("contrast", "reference"), 2, test = FALSE)$ratios[1, ]
    say_ratio(section, level, "", ratio)
  }
  say_test(section, "", interaction(d), "interaction ")
}

plain_median <- function(days, status) {
  # the median alone, in plain R: of S with the midpoint, or of F where deaths compete
  time <- sort(unique(days))
  place <- match(days, time)
  left <- tabulate(place, length(time))
  fell <- tabulate(place[status == 1], length(time))
  risk <- rev(cumsum(rev(left)))
  if (competes) {
    died <- tabulate(place[status == 2], length(time))
    free <- c(1, cumprod((risk - fell - died) / risk))[seq_along(time)]
    return(time[which(cumsum(free * fell / risk) >= .5 - TOLERANCE)[1]])
  }
  s <- cumprod((risk - fell) / risk)
  first <- which(s <= .5 + TOLERANCE)[1]
  if (is.na(first)) return(NA)
  later <- which(s < s[first])[1]
  if (abs(s[first] - .5) < TOLERANCE && !is.na(later)) (time[first] + time[later]) / 2 else time[first]
}

stability <- function(group) {
  days <- group$days; status <- group$status
  say("stability", group$name, "", median = plain_median(days, status))
  alike <- which(!duplicated(cbind(days, status)))
  left_out <- if (length(days) > 1) vapply(alike, function(i) as.numeric(plain_median(days[-i], status[-i])), 0)
  turned <- vapply(alike[status[alike] == 0], function(i) {
    changed <- status
    changed[i] <- 1
    as.numeric(plain_median(days, changed))
  }, 0)
  for (words in c("left out", "turned")) {
    found <- if (words == "left out") left_out else turned
    n <- if (words == "left out") length(days) else sum(status == 0)
    ends <- c(NA, NA, NA)
    if (length(found)) {
      found[is.na(found)] <- Inf
      ends <- c(min(found), max(found), n)
      ends[is.infinite(ends)] <- NA
    }
    say("stability", group$name, "", setNames(ends, paste(words, c("smallest", "largest", "analyses"))))
  }
}

# ---- one folder ------------------------------------------------------------------------------------------------

cell <- function(text) {
  text <- ifelse(grepl("^'*[=+@\t\r-]", text), paste0("'", text), text)
  paste0("\"", gsub("\"", "\"\"", text, fixed = TRUE), "\"")
}

compare <- function(keys, values) {
  parts <- do.call(rbind, strsplit(paste0(keys, SEPARATOR, "."), SEPARATOR, fixed = TRUE))[, 1:4, drop = FALSE]
  lines <- paste(cell(parts[, 1]), cell(parts[, 2]), cell(parts[, 3]), cell(parts[, 4]),
                 ifelse(is.na(values), "", sprintf("%.17g", values)), sep = ",")
  out <- file(file.path(folder, "numbers.csv"), "wb")
  writeLines(enc2utf8(c("section,group,quantity,at,value", lines)), out, useBytes = TRUE)
  close(out)
  expected <- read("expected.csv")
  wanted <- paste(expected$section, expected$group, expected$quantity, expected$at, sep = SEPARATOR)
  target <- suppressWarnings(as.numeric(expected$value))
  for (key in setdiff(wanted, keys)) cat("missing in numbers.csv:", gsub(SEPARATOR, " | ", key, fixed = TRUE), "\n")
  for (key in setdiff(keys, wanted)) cat("missing in expected.csv:", gsub(SEPARATOR, " | ", key, fixed = TRUE), "\n")
  found <- values[match(wanted, keys)]
  there <- wanted %in% keys
  apart <- ifelse(is.na(found) | is.na(target), ifelse(is.na(found) & is.na(target), 0, Inf),
                  abs(found - target) / pmax(1, abs(target)))
  limit <- ifelse(grepl("^(hazard ratios|subgroups)", expected$section), 1e-5, 1e-6)
  for (i in which(there & apart > limit))
    cat("differs:", gsub(SEPARATOR, " | ", wanted[i], fixed = TRUE), "| expected", expected$value[i], "| found",
        sprintf("%.17g", found[i]), "\n")
  for (section in unique(expected$section)) {
    inside <- there & expected$section == section
    cat(sprintf("%s: %d numbers, largest difference %.1e\n", section, sum(inside), max(0, apart[inside])))
  }
  agree <- all(there) && all(keys %in% wanted) && all(apart[there] <= limit[there])
  cat(sum(there), "of", length(wanted), "numbers compared:", if (agree) "all agree" else "NOT all agree", "\n")
  agree
}

arguments <- commandArgs(trailingOnly = TRUE)
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1])
agreed <- TRUE
for (folder in if (length(arguments)) arguments else dirname(script)) {
  cat("Folder:", folder, "\n")
  kept <- list()
  settings <- read("settings.csv"); cohort <- read("cohort.csv"); columns <- read("columns.csv")
  levels <- read("levels.csv"); adtte <- read("adtte.csv")
  conf <- as.numeric(one("conf_level")); conf_type <- one("conf_type"); competes <- one("death") == "competing"
  times <- data.frame(endpoint = adtte$PARAMCD, patient = adtte$USUBJID, reason = adtte$EVNTDESC,
                      days = round(as.numeric(adtte$AVAL) * UNITS[adtte$AVALU]),
                      status = c(1, 0, 2)[as.integer(adtte$CNSR) + 1], row.names = NULL)
  own <- times[times$endpoint == one("endpoint"), ]
  flow(); baseline(); endings(); side_effects()
  by <- level_of(own$patient, one("by"))
  wanted <- if (length(every("level"))) every("level") else unique(by)
  shown <- Filter(function(level) level %in% by && level %in% wanted, levels$level[levels$column == one("by")])
  section_of("whole", setNames(list(seq_len(nrow(own))), ""), NA)
  members <- setNames(lapply(shown, function(level) which(by == level)), shown)
  groups <- section_of("groups", members, as.numeric(if (one("landmark") == "") NA else one("landmark")))
  group_names <- vapply(groups, function(group) group$name, ""); k <- length(groups)
  reference <- match(one("reference"), group_names)
  rows <- do.call(rbind, lapply(seq_len(k), function(i)
    data.frame(patient = groups[[i]]$patient, days = groups[[i]]$days, status = groups[[i]]$status, group = i,
               block = 1)))
  tests()
  say_model("hazard ratios, crude", hazard_ratios(rows, group_names, reference))
  if (length(every("adjust"))) say_model("hazard ratios, adjusted", hazard_ratios(rows, group_names, reference, every("adjust")))
  means(); differences()
  for (column in every("subgroup")) subgroups(column)
  for (group in groups) stability(group)
  keys <- unlist(lapply(kept, function(part) part$key))
  values <- unlist(lapply(kept, function(part) part$value))
  agreed <- compare(keys, values) && agreed
}
quit(status = if (agreed) 0 else 1)

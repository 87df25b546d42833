# p-values of the log-rank test by permutation, by R's coin, for small groups.
# Run in this folder: Rscript permutation.R
# It writes permutation_reference.csv: a row a test, with the times of each group ("12+" is censored), and the exact
# p-value of `logrank_test`, or of three groups the one of 1,000,000 drawn arrangements.
suppressPackageStartupMessages({library(survival); library(coin)})
set.seed(20)
rows <- list()
say <- function(name, ...) {
  groups <- list(...)
  d <- do.call(rbind, lapply(names(groups), function(name) {
    words <- strsplit(groups[[name]], " ")[[1]]
    data.frame(group = name, time = as.numeric(sub("\\+", "", words)), event = !grepl("\\+", words))
  }))
  d$group <- factor(d$group)
  exact <- length(groups) == 2
  how <- if (exact) "exact" else approximate(nresample = 1000000)
  p <- as.numeric(pvalue(logrank_test(Surv(time, event) ~ group, d, distribution = how)))
  rows[[length(rows) + 1]] <<- data.frame(
    name = name, times = paste(names(groups), unlist(groups), sep = ": ", collapse = "; "), exact = exact, p = p)
}
times <- function(n, share, most) paste0(sample(most, n, TRUE), ifelse(runif(n) < share, "", "+"), collapse = " ")
say("one against many, the first to go", A = "1", B = times(60, 0.3, 900))
say("one against many, the last to go", A = "950+", B = times(60, 0.6, 900))
say("two against twenty, with ties", A = "3 3", B = times(20, 0.8, 8))
say("three against thirty", A = "5 40+ 2", B = times(30, 0.5, 60))
say("four against six", A = "1 2 3 5+", B = "4 6 7+ 8 9 10+")
say("few events", A = "10+ 20+ 30", B = "15+ 25+ 35+ 45 55+")
say("no difference at all", A = "4 8", B = "4 8")
say("three groups", A = "1 9+", B = "3 4 5+", C = times(12, 0.7, 20))
write.csv(do.call(rbind, rows), "permutation_reference.csv", row.names = FALSE)

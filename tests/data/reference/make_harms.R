# Writes harms.json beside this file: adverse events of esketamine nasal spray against placebo, pooled by metafor.
# Rscript tests/data/reference/make_harms.R          (R 4, metafor 3.8-1; reads data/trials.csv itself)
#
# One row a trial and event: main analyses, dose arms summed, their common placebo arm counted once; a row of pooled
# arms where there is no main one. Randomised withdrawals and rows of low confidence stay out.

suppressMessages(library(metafor))

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)[1]))
rows <- read.csv(file.path(here, "..", "..", "..", "data", "trials.csv"), encoding = "UTF-8", stringsAsFactors = FALSE)
EVENTS <- c("dissociation", "dizziness", "nausea", "vertigo", "headache", "vision-blurred", "insomnia")
RE <- list(threshold = 1e-13, maxiter = 100000, tol = 1e-15)
CALL <- paste("escalc(measure, ai, n1i, ci, n2i, add=1/2, to='only0', drop00=measure!='RD');",
              "rma(yi, vi, method='REML', test=if (k > 2) 'adhoc' else 'z'); rma.mh for RD")

kept <- subset(rows, intervention == "esketamine" & route == "intranasal" & comparator == "placebo" &
  design != "withdrawal" & confidence != "low" & analysis %in% c("main", "pooled-arms") &
  !is.na(events_intervention) & !is.na(n_intervention) & !is.na(events_comparator) & !is.na(n_comparator))

cells <- function(event) {
  found <- kept[kept$outcome == event, ]
  lapply(unique(found$trial), function(name) {
    d <- found[found$trial == name, ]
    if (any(d$analysis == "main")) d <- d[d$analysis == "main", ]
    stopifnot(length(unique(d$events_comparator)) == 1, length(unique(d$n_comparator)) == 1)
    list(trial = name, a = sum(d$events_intervention), n1 = sum(d$n_intervention),
         c = d$events_comparator[1], n2 = d$n_comparator[1])
  })
}

fit <- function(found, measure) {
  pick <- function(name) sapply(found, function(x) x[[name]])
  if (measure == "RD") {  # Mantel-Haenszel, nothing added, trials without events kept
    r <- rma.mh(measure = "RD", ai = pick("a"), n1i = pick("n1"), ci = pick("c"), n2i = pick("n2"),
                add = 0, to = "none", drop00 = FALSE)
    return(list(measure = measure, k = r$k, estimate = c(r$beta), se = r$se, ci_low = r$ci.lb, ci_high = r$ci.ub,
                tau2 = 0))
  }
  e <- escalc(measure, ai = pick("a"), n1i = pick("n1"), ci = pick("c"), n2i = pick("n2"),
              add = 1 / 2, to = "only0", drop00 = measure != "RD")
  y <- e$yi[!is.na(e$yi)]; v <- e$vi[!is.na(e$yi)]
  r <- suppressWarnings(rma(y, v, method = "REML", test = if (length(y) > 2) "adhoc" else "z", control = RE))
  list(measure = measure, k = r$k, estimate = c(r$beta), se = r$se, ci_low = r$ci.lb, ci_high = r$ci.ub, tau2 = r$tau2)
}

json <- function(x) {
  if (is.list(x)) {
    parts <- vapply(seq_along(x), function(i) json(x[[i]]), "")
    keys <- names(x)
    if (is.null(keys)) return(paste0("[", paste(parts, collapse = ","), "]"))
    return(paste0("{", paste0('"', keys, '":', parts, collapse = ","), "}"))
  }
  if (is.character(x)) return(paste0('"', x, '"'))
  format(x, digits = 15)
}

events <- lapply(EVENTS, function(event) {
  found <- cells(event)
  list(event = event, cells = found, fits = list(fit(found, "RD"), fit(found, "RR")))
})
writeLines(json(list(call = CALL, versions = paste("metafor", packageVersion("metafor")), events = events)),
           file.path(here, "harms.json"))

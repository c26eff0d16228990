# Writes extra.json beside this file: numbers from metafor that metafor.json does not hold.
# Rscript tests/data/reference/make_extra.R          (R 4, metafor 3.8-1, metadat)
#
# Iterations are run to the end (threshold, tol): metafor's defaults stop tau² of REML at 1e-5 and that of Paule and
# Mandel within 1.2e-4 of the root.

suppressMessages(library(metafor))

RE <- list(threshold = 1e-13, maxiter = 100000, tol = 1e-15, tau2.max = 1e5)
CALL <- 'rma(yi, vi, method=, test=, control=list(threshold=1e-13, maxiter=1e5, tol=1e-15, tau2.max=1e5))'

json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x) || length(x) != 1) {
    parts <- vapply(seq_along(x), function(i) json(x[[i]]), "")
    keys <- names(x)
    if (is.null(keys)) return(paste0("[", paste(parts, collapse = ","), "]"))
    return(paste0("{", paste0('"', keys, '":', parts, collapse = ","), "}"))
  }
  if (is.na(x) || (is.numeric(x) && !is.finite(x))) return("null")
  if (is.character(x)) return(paste0('"', gsub('"', '\\"', x, fixed = TRUE), '"'))
  format(x, digits = 15)
}

numbers <- function(r) {
  p <- tryCatch(predict(r), error = function(e) NULL)
  ci <- tryCatch(
    suppressWarnings(confint(r, control = list(tol = 1e-13, tau2.max = 1e5))$random[1, ]),
    error = function(e) c(NA, NA, NA)
  )
  list(
    method = r$method, test = r$test, k = r$k, estimate = c(r$beta), se = r$se, ci_low = r$ci.lb, ci_high = r$ci.ub,
    p = r$pval, tau2 = r$tau2, tau2_low = ci[[2]], tau2_high = ci[[3]], i2 = r$I2, h2 = r$H2, q = r$QE, q_p = r$QEp,
    pi_low = p$pi.lb, pi_high = p$pi.ub
  )
}

fit <- function(y, v, method = "REML", test = "z") {
  suppressWarnings(if (method == "EE") rma(y, v, method = method, test = test)
                   else rma(y, v, method = method, test = test, control = RE))
}

pick <- function(r) list(estimate = c(r$beta), se = r$se, ci_low = r$ci.lb, ci_high = r$ci.ub, tau2 = r$tau2)

# -- Paule-Mandel, run to the end, for the tables of metafor.json ---------------------------------------------------
counts <- list(dat.bcg = dat.bcg, dat.hine1989 = dat.hine1989, dat.li2007 = dat.li2007,
               dat.linde2005 = dat.linde2005, dat.nielweise2007 = dat.nielweise2007)
tables <- list()
for (name in names(counts)) for (measure in c("RR", "OR", "RD")) {
  d <- counts[[name]]
  e <- if (name == "dat.bcg") escalc(measure, ai = tpos, bi = tneg, ci = cpos, di = cneg, data = d, drop00 = measure != "RD")
       else escalc(measure, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, drop00 = measure != "RD")
  tables[[length(tables) + 1]] <- list(dataset = name, measure = measure, d = e)
}
for (measure in c("MD", "SMD")) {
  e <- escalc(measure, m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)
  tables[[length(tables) + 1]] <- list(dataset = "dat.normand1999", measure = measure, d = e)
}
pm <- lapply(tables, function(t) {
  y <- t$d$yi[!is.na(t$d$yi)]; v <- t$d$vi[!is.na(t$d$yi)]; k <- length(y)
  c(list(dataset = t$dataset, measure = t$measure), numbers(fit(y, v, "PM", "knha")),
    list(leave_one_out = lapply(1:k, function(i) pick(fit(y[-i], v[-i], "PM", "knha"))),
         cumulative = lapply(1:k, function(i) pick(fit(y[1:i], v[1:i], "PM", "knha")))))
})

# -- hard pools: every method and test ------------------------------------------------------------------------------
i <- 1:2000
hard <- list(
  one = list(y = 0.5, v = 0.04),
  two = list(y = c(0.2, 0.9), v = c(0.04, 0.06)),
  two_alike = list(y = c(0.20, 0.21), v = c(0.04, 0.06)),
  identical = list(y = c(0.3, 0.3, 0.3), v = c(0.01, 0.02, 0.03)),
  tau2_zero = list(y = c(0.30, 0.31, 0.29, 0.32), v = c(0.04, 0.05, 0.03, 0.06)),
  million = list(y = c(0.1, 0.5, -0.3, 2, 1), v = c(1e-6, 1e-2, 1e-3, 1, 1e-4)),
  million_two = list(y = c(5, 0.5, -0.3, 2, 1, 8), v = c(1, 1e-6, 1, 1, 1e-6, 1)),
  far_away = list(y = 1e3 + c(0.1, 0.5, -0.3, 2), v = c(0.1, 0.2, 0.3, 0.4)),
  tiny_scale = list(y = 1e-3 * c(0.1, 0.5, -0.3, 2), v = 1e-6 * c(0.1, 0.2, 0.3, 0.4)),
  two_thousand = list(y = 0.2 + sin(i) / 2, v = 0.01 + 0.19 * ((i * 37) %% 100) / 100)
)
runs <- list(c("REML", "adhoc"), c("REML", "knha"), c("REML", "z"), c("DL", "z"), c("PM", "knha"), c("EE", "z"))
pools <- lapply(names(hard), function(n) {
  x <- hard[[n]]
  # metafor works with k x k matrices: the 2000 studies are fitted by three methods only
  todo <- if (length(x$y) > 1000) list(c("REML", "adhoc"), c("DL", "z")) else runs
  full <- length(x$y) <= 1000
  list(name = n, yi = if (full) as.list(x$y), vi = if (full) as.list(x$v),
       fits = lapply(todo, function(m) numbers(fit(x$y, x$v, m[1], m[2]))))
})

# -- awkward counts -------------------------------------------------------------------------------------------------
a <- c(0, 0, 5, 20, 0, 10, 3, 7, 20); n1 <- c(20, 25, 20, 20, 30, 10, 40, 7, 40)
b <- c(3, 0, 0, 20, 0, 4, 3, 2, 40); n2 <- c(20, 25, 22, 20, 35, 12, 41, 9, 40)
awkward <- lapply(c("RR", "OR", "RD"), function(measure) {
  e <- escalc(measure, ai = a, n1i = n1, ci = b, n2i = n2, add = 1 / 2, to = "only0", drop00 = measure != "RD")
  list(measure = measure, yi = as.list(as.numeric(e$yi)), vi = as.list(as.numeric(e$vi)))
})
cells <- lapply(seq_along(a), function(j) list(a[j], n1[j], b[j], n2[j]))
scores <- escalc("SMD", m1i = c(10, 3, -2), sd1i = c(2, 5, 1), n1i = c(2, 30, 400), m2i = c(12, 3, 1), sd2i = c(3, 4, 2), n2i = c(2, 28, 390))

# -- Mantel-Haenszel ------------------------------------------------------------------------------------------------
mh_of <- function(call, measure, A, N1, B, N2) {
  r <- suppressWarnings(rma.mh(ai = A, n1i = N1, ci = B, n2i = N2, measure = measure, drop00 = c(measure != "RD", FALSE)))
  list(call = call, measure = measure, k = r$k, estimate = c(r$beta), se = r$se, ci_low = r$ci.lb, ci_high = r$ci.ub,
       p = r$pval, q = r$QE, q_p = r$QEp, i2 = r$I2, h2 = r$H2, weights = as.list(unname(weights(r))))
}
mh <- c(
  lapply(c("RR", "OR", "RD"), function(m) mh_of("dat.bcg", m, dat.bcg$tpos, dat.bcg$tpos + dat.bcg$tneg, dat.bcg$cpos, dat.bcg$cpos + dat.bcg$cneg)),
  lapply(c("RR", "OR", "RD"), function(m) mh_of("awkward", m, a, n1, b, n2))
)

# -- meta-regression, subgroups --------------------------------------------------------------------------------------
bcg <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
regression <- lapply(c("adhoc", "knha", "z"), function(test) {
  r <- rma(yi, vi, mods = ~ablat, data = bcg, test = test, control = RE)
  p <- predict(r, newmods = c(0, 20, 33.46, 55))
  list(call = paste0('rma(yi, vi, mods=~ablat, data=escalc("RR", dat.bcg), test="', test, '")'), test = test,
       estimate = as.list(c(r$beta)), se = as.list(r$se), ci_low = as.list(r$ci.lb), ci_high = as.list(r$ci.ub),
       p = as.list(r$pval), tau2 = r$tau2, x = list(0, 20, 33.46, 55), predicted = as.list(p$pred),
       low = as.list(p$ci.lb), high = as.list(p$ci.ub))
})
narrow <- rma(c(0.3, 0.31, 0.33, 0.36), c(0.04, 0.05, 0.03, 0.06), mods = ~ c(1, 2, 3, 5), test = "knha", control = RE)
flat <- list(estimate = as.list(c(narrow$beta)), se = as.list(narrow$se), p = as.list(narrow$pval), tau2 = narrow$tau2)
groups <- split(bcg, bcg$alloc)
each <- lapply(groups, function(g) fit(g$yi, g$vi, "REML", "z"))
between <- rma(sapply(each, function(r) c(r$beta)), sei = sapply(each, function(r) r$se), mods = ~ names(groups), method = "FE")
subgroup <- list(call = 'rma(estimate, sei=se, mods=~group, method="FE") on REML fits by dat.bcg$alloc',
                 alloc = as.list(bcg$alloc), q = between$QM, df = length(groups) - 1, p = between$QMp)

out <- list(call = CALL, versions = paste("metafor", packageVersion("metafor"), "metadat", packageVersion("metadat")),
            pm = pm, pools = pools,
            awkward = list(cells = cells, effects = awkward),
            scores = list(yi = as.list(as.numeric(scores$yi)), vi = as.list(as.numeric(scores$vi))),
            mantel_haenszel = mh, ablat = as.list(bcg$ablat), regression = regression, regression_flat = flat,
            subgroup = subgroup)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)[1]))
writeLines(json(out), file.path(here, "extra.json"))

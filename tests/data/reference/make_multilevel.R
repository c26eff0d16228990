# Rscript make_multilevel.R > multilevel.json
# Several results per trial: metafor::rma.mv with a natural spline (splines::ns) and a trial effect, and the CR2
# covariance of clubSandwich. The times of dat.ishak2007 (3, 6, 12 months and later) are read as 3, 6, 12, 24.
suppressMessages({library(metafor); library(clubSandwich); library(splines); library(jsonlite)})
long <- function() {
  d <- metadat::dat.ishak2007; out <- NULL
  for (j in 1:4) out <- rbind(out, data.frame(trial = d$study, t = c(3, 6, 12, 24)[j], y = d[[paste0("y", j, "i")]], v = d[[paste0("v", j, "i")]]))
  out <- out[!is.na(out$y), ]; out[order(out$trial, out$t), ]
}
fitted_one <- function(d, rho, knots) {
  x <- log10(d$t)
  V <- matrix(0, nrow(d), nrow(d))
  for (i in seq_len(nrow(d))) for (j in seq_len(nrow(d))) if (d$trial[i] == d$trial[j]) {
    V[i, j] <- sqrt(d$v[i] * d$v[j]) * rho^abs(x[i] - x[j]) * ifelse(d$inst[i] == d$inst[j], 1, rho)
  }
  d$x <- x
  at <- seq(min(x), max(x), length.out = 7)
  if (length(knots) == 3) {
    B <- ns(x, knots = knots[2], Boundary.knots = knots[c(1, 3)]); N <- predict(B, at)
  } else { B <- cbind(x); N <- cbind(at) }
  X <- cbind(1, B); XN <- cbind(1, N)
  fit <- rma.mv(y, V, mods = X, intercept = FALSE, random = ~ 1 | trial, data = d, method = "REML", control = list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-16))
  R <- as.matrix(vcovCR(fit, cluster = d$trial, type = "CR2"))
  list(y = d$y, v = d$v, t = d$t, trial = as.character(d$trial), instrument = d$inst, rho = rho, knots = knots, tau2 = fit$sigma2,
       at = at, mean = as.vector(XN %*% fit$beta), se = sqrt(diag(XN %*% vcov(fit) %*% t(XN))), robust_se = sqrt(diag(XN %*% R %*% t(XN))))
}
ishak <- long(); ishak$inst <- "motor"
two <- ishak; set.seed(3); two$inst <- ifelse(seq_len(nrow(two)) %% 3 == 0, "motor", "other")
few <- ishak[ishak$trial %in% unique(ishak$trial)[c(2, 3, 4, 6)], ]
q <- function(d) as.vector(quantile(log10(d$t), c(.1, .5, .9)))
cases <- list()
for (rho in c(0.3, 0.5, 0.9)) cases[[length(cases) + 1]] <- fitted_one(ishak, rho, c(log10(3), log10(7), log10(20)))
cases[[length(cases) + 1]] <- fitted_one(two, 0.6, c(log10(3), log10(7), log10(20)))
cases[[length(cases) + 1]] <- fitted_one(few, 0.5, numeric(0))
cat(toJSON(cases, digits = NA, auto_unbox = TRUE, pretty = FALSE))

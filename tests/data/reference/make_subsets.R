# Rscript make_subsets.R > subsets.json: metafor::gosh and metafor::baujat on dat.bcg (all 13) and its first eight trials.
suppressMessages({library(metafor); library(jsonlite)})
d <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = metadat::dat.bcg)
e <- d[1:8, ]
fit <- rma(yi, vi, data = e, control = list(threshold = 1e-12, maxiter = 10000))
g <- gosh(fit, progbar = FALSE)
pdf(NULL); b <- baujat(fit)
b13 <- baujat(rma(yi, vi, data = d, control = list(threshold = 1e-12, maxiter = 10000)))
cat(toJSON(list(y = as.vector(e$yi), v = as.vector(e$vi), incl = lapply(seq_len(nrow(g$incl)), function(i) which(g$incl[i, ])),
  estimate = g$res$estimate, tau2 = if (!is.null(g$res$tau2)) g$res$tau2 else g$res$tau^2, x = b$x, influence = b$y,
  all = list(y = as.vector(d$yi), v = as.vector(d$vi), x = b13$x, influence = b13$y)), digits = NA, auto_unbox = TRUE))

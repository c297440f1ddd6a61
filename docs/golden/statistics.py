"""Golden values for netopt_trial::stats, by software that knows nothing of it. See README.md beside it."""

import json
import math
import pathlib
import platform

import numpy as np
import scipy
from importlib.metadata import version
from confseq import boundaries
from scipy import special, stats

GOLDEN = pathlib.Path(__file__).parents[2] / "crates/netopt-trial/tests/golden"
MADE_BY = {
    "script": "docs/golden/statistics.py",
    "python": platform.python_version(),
    "numpy": np.__version__,
    "scipy": scipy.__version__,
    "confseq": version("confseq"),
}
RNG = np.random.default_rng(20_260_101)


def draw(count, spread=0.1, shift=0.0, digits=6):
    """Effects as a trial sees them: a few digits, so that the data are short and ties are exact."""
    return [round(float(x), digits) for x in shift + spread * RNG.standard_normal(count)]


def write(name, **cases):
    lines = [json.dumps("made_by") + ": " + json.dumps(MADE_BY)]
    for key, rows in cases.items():
        body = ",\n".join("  " + json.dumps(row) for row in rows)
        lines.append(f"{json.dumps(key)}: [\n{body}\n]")
    (GOLDEN / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def ranks(n, q, alpha):
    """Ranks, from 1, of the order statistics that scipy.stats.quantile_test chooses, and their coverage."""
    sample = np.arange(1.0, n + 1.0)
    result = stats.quantile_test(sample, q=1.0, p=q)
    interval = result.confidence_interval(1.0 - alpha)
    low, high = (None if math.isnan(end) else int(end) for end in interval)
    coverage = None
    if low is not None and high is not None:
        coverage = float(stats.binom.cdf(high - 1, n, q) - stats.binom.cdf(low - 1, n, q))
    return {"n": n, "q": q, "alpha": alpha, "low": low, "high": high, "coverage": coverage}


def minimum(q, alpha):
    """The first n at which scipy's interval has two finite ends."""
    n = next(n for n in range(1, 20_000)
             if stats.binom.sf(n - 1, n, q) <= alpha / 2 and stats.binom.cdf(0, n, q) <= alpha / 2)
    return {"q": q, "alpha": alpha, "need": n}


def quantiles():
    write(
        "quantiles",
        ranks=[ranks(n, q, alpha)
               for n, q in ((5, .5), (6, .5), (10, .5), (37, .25), (120, .99), (367, .99), (368, .99), (500, .9),
                            (1_000, .99), (3_687, .999), (3_688, .999), (10_000, .999), (100_000, .99),
                            (1_000_000, .5), (1_000_000, .999),
                            (10_000_000, .5))
               for alpha in (.05, .01)],
        minimum=[minimum(q, alpha) for q in (.05, .5, .9, .95, .99, .999) for alpha in (.1, .05, .01)],
    )


def sign_flip(values):
    """The exact sign-flip test of the mean, all 2^n flips listed by scipy."""
    result = stats.permutation_test((np.array(values),), np.mean, permutation_type="samples",
                                    n_resamples=np.inf, alternative="two-sided", vectorized=True)
    within = np.sort(np.abs(result.null_distribution))
    return {"values": values, "p": result.pvalue,
            "p95": float(np.quantile(within, .95, method="inverted_cdf"))}


def centre(values, alpha):
    """Walsh averages by NumPy; the interval by asking scipy's exact Wilcoxon test between each two of them."""
    x = np.array(values)
    walsh = np.sort(((x[:, None] + x[None, :]) / 2)[np.triu_indices(len(x))])
    between = (walsh[1:] + walsh[:-1]) / 2
    accepted = [i for i, theta in enumerate(between)
                if walsh[i + 1] > walsh[i] and stats.wilcoxon(x - theta, mode="exact").pvalue > alpha]
    return {"values": values, "alpha": alpha, "centre": float(np.median(walsh)),
            "low": float(walsh[accepted[0]]), "high": float(walsh[accepted[-1] + 1])}


def paired_bootstrap(rounds, shift):
    """scipy's paired percentile bootstrap of the log ratio of two means, rounds of one request each. The level is the one
    that opens the tails for few rounds (Hesterberg 2015): twice the normal tail at t·sqrt(n / (n - 1))."""
    weather = 10_000 * np.exp(.3 * RNG.standard_normal(rounds))
    baseline = np.round(weather * np.exp(.1 * RNG.standard_normal(rounds)))
    arm = np.round(weather * np.exp(shift + .1 * RNG.standard_normal(rounds)))
    tail = stats.norm.cdf(-math.sqrt(rounds / (rounds - 1)) * stats.t.ppf(.975, rounds - 1))
    result = stats.bootstrap((arm, baseline), lambda a, b, axis: np.log(np.sum(a, axis) / np.sum(b, axis)),
                             paired=True, vectorized=True, n_resamples=200_000, batch=20_000, method="percentile",
                             confidence_level=1 - 2 * tail, rng=np.random.default_rng(7))
    return {"arm_us": [int(x) for x in arm], "baseline_us": [int(x) for x in baseline], "alpha": .05,
            "low": float(result.confidence_interval.low), "high": float(result.confidence_interval.high)}


def effects():
    write(
        "effects",
        sign_flip=[sign_flip(values) for values in (
            draw(3), draw(6, shift=.1), draw(8), draw(10, shift=-.08), draw(12, shift=.05), draw(12, digits=1),
            [.1, .2, .3, -.4], [.1, .2, -.3], [0.0, 0.0, .1, .2], [0.0] * 5, [.1] * 6, [.3, -.1] * 5)],
        centre=[centre(values, alpha) for values, alpha in (
            (draw(6), .05), (draw(8), .05), (draw(12, shift=.1), .05), (draw(12, shift=.1), .2), (draw(25), .01),
            (draw(40, spread=1.0), .05))],
        paired_bootstrap=[paired_bootstrap(rounds, shift) for rounds, shift in ((8, 0.0), (12, -.1), (30, .05))],
        # ddof=1.
        moments=[{"values": v, "mean": float(np.mean(v)), "deviation": float(np.std(v, ddof=1))}
                 for v in (draw(5), draw(20), [round(1e6 + x, 6) for x in draw(9)])],
        modified_z=[{"values": v, "z": [float(z) for z in
                     (np.array(v) - np.median(v)) / stats.median_abs_deviation(v, scale="normal")]}
                    for v in (draw(7), draw(8) + [3.0])],
    )


def drift(values):
    result = stats.spearmanr(range(len(values)), values)
    return {"values": values, "rho": result.statistic, "p": result.pvalue}


def lag_one(values):
    x = np.array(values) - np.mean(values)
    return {"values": values, "r": float(np.dot(x[1:], x[:-1]) / np.dot(x, x))}


def autoregression(phi, count):
    values = [0.0]
    for noise in RNG.standard_normal(count):
        values.append(phi * values[-1] + float(noise))
    return [round(x, 4) for x in values[1:]]


def checks():
    positive = [round(math.exp(x), 6) for x in draw(20)]
    write(
        "checks",
        false_discovery=[{"p": p, "adjusted": [float(x) for x in stats.false_discovery_control(p, method="bh")]}
                         for p in ([.01, .04, .03, .5], [.2], [.05] * 4, [0.0, 1.0, .5, .001],
                                   [round(float(x), 6) for x in RNG.random(12) ** 3])],
        drift=[drift(values) for values in (
            positive, sorted(positive), [1.0, 1.0, 2.0, 2.0, 3.0, 1.5, 3.0], [2.0, 1.0, 4.0, 3.0, 6.0, 5.0],
            [round(1 + .05 * i + x, 6) for i, x in enumerate(draw(30))])],
        sample_ratio=[{"issued": counts, "p": stats.chisquare(counts).pvalue} for counts in (
            [500, 500], [460, 540], [90, 100, 110], [3_000, 2_700], [100_000, 101_500], [1_000_000] * 7 + [1_003_000],
            [20_000, 23_000])],
        autocorrelation=[lag_one(values) for values in (draw(6), draw(20), autoregression(.5, 40),
                                                        autoregression(-.5, 25), [1.0, 2.0] * 6)],
    )


def distributions():
    """What netopt takes from the crate statrs, at the arguments that netopt uses."""
    write(
        "distributions",
        student_t=[{"freedom": k, "t": t, "sf": stats.t.sf(t, k)}
                   for k in (1, 4, 7, 18, 99, 998) for t in (0.0, .5, 2.0, 5.0, 9.0)],
        student_t_inverse=[{"freedom": k, "share": p, "t": stats.t.ppf(p, k)}
                           for k in (1, 4, 7, 18, 99, 998) for p in (.9, .975, .995, .9995)],
        normal=[{"z": z, "cdf": stats.norm.cdf(z)} for z in (-8.0, -5.0, -2.527_890, -1.959_964, 0.0, .5, 3.0)],
        normal_inverse=[{"share": p, "z": stats.norm.ppf(p)} for p in (1e-6, .005, .025, .5, .8, .975, .9995)],
        chi_squared=[{"freedom": k, "x": x, "sf": stats.chi2.sf(x, k)}
                     for k in (1, 2, 7, 31) for x in (0.5, 6.4, 30.0, 80.0)],
        ln_beta=[{"a": a, "b": b, "ln_beta": special.betaln(a, b)}
                 for a, b in ((1, 1), (9, 1), (18, 4), (37, 15), (501, 501), (1_001, 1), (40_001, 39_001),
                              (1_000_001, 1_000_001))],
    )


def normal_mixture(t, alpha, t_opt):
    bound = boundaries.normal_mixture_bound(t, alpha, t_opt, alpha_opt=alpha, is_one_sided=False)
    return {"rounds": t, "alpha": alpha, "best_at": t_opt, "bound": float(bound)}


def signs(wins, losses):
    """A fair coin, centred: s = wins - t/2, v = t/4, on (-1/2, 1/2). confseq's beta prior is Beta(2r, 2r); its r follows from
    v_opt, and r = 1/2, the uniform prior of the sign process, is reached at v_opt = 3/4 of the cost of alpha_opt."""
    t, alpha = wins + losses, .05
    cost = 2 * math.log(1 / alpha)
    v_opt = .75 * (cost + math.log(1 + cost))
    ln_e = boundaries.beta_binomial_log_mixture(wins - t / 2, t / 4, v_opt, .5, .5, alpha_opt=alpha, is_one_sided=False)
    return {"wins": wins, "losses": losses, "ln_e": float(ln_e)}


def sequences():
    write(
        "sequences",
        normal_mixture=[normal_mixture(t, alpha, t_opt)
                        for t, t_opt in ((1, 1), (10, 20), (20, 20), (50, 20), (50, 100), (1_000, 55))
                        for alpha in (.1, .05, .01, .005)],
        signs=[signs(*case) for case in ((0, 0), (1, 0), (8, 0), (0, 8), (7, 0), (16, 4), (17, 3), (24, 6), (35, 15),
                                         (36, 14), (10, 10), (600, 400), (30_000, 29_000))],
    )


if __name__ == "__main__":
    quantiles()
    effects()
    checks()
    distributions()
    sequences()

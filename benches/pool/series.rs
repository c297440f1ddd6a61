//! Figures of several pools over several rounds, and what they come to.

/// Figures of one pool, one a round.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) figures: Vec<f64>,
}

/// Runs each of the pools once a round, and gives what they said.
pub(crate) fn rounds(rounds: usize, pools: &[(&'static str, &dyn Fn() -> f64)]) -> Vec<Series> {
    let empty = |(name, _): &(&'static str, &dyn Fn() -> f64)| Series {
        name,
        figures: Vec::with_capacity(rounds),
    };
    let mut all: Vec<Series> = pools.iter().map(empty).collect();
    for _ in 0..rounds {
        for (series, (_, figure)) in all.iter_mut().zip(pools) {
            series.figures.push(figure());
        }
    }
    all
}

/// Least, median and most.
pub(crate) fn spread(figures: &[f64]) -> (f64, f64, f64) {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.first(), sorted.last()) {
        (Some(&least), Some(&most)) => (least, sorted[sorted.len() / 2], most),
        _ => (f64::NAN, f64::NAN, f64::NAN),
    }
}

/// The ratios to another pool, round by round.
pub(crate) fn ratios(of: &Series, to: &Series) -> Vec<f64> {
    let pairs = of.figures.iter().zip(&to.figures);
    pairs.map(|(of, to)| of / to).collect()
}

/// Prints one line a pool: its figures, and their ratio to those of `to`.
pub(crate) fn print(title: &str, unit: &str, all: &[Series], to: &str) {
    println!("\n{title}\n  {:<22}{unit:>24}   ratio to {to}", "pool");
    let Some(base) = all.iter().find(|series| series.name == to) else {
        return;
    };
    for series in all {
        let (least, median, most) = spread(&series.figures);
        let (low, ratio, high) = spread(&ratios(series, base));
        println!(
            "  {:<22}{least:>7.2} {median:>8.2} {most:>8.2}   {low:.3} / {ratio:.3} / {high:.3}",
            series.name
        );
    }
}

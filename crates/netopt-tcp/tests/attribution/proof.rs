//! The proof: each planted limit is found. A subset in the ordinary suite, the whole matrix on demand.
//!
//! ```text
//! cargo test -p netopt-tcp --test attribution -- --ignored --nocapture
//! ```

use netopt_tcp::attribution::{Attribution, attribute};

use crate::cases::{Case, all};
use crate::scene::honest;
use crate::transfer::run;

/// How often each case of the whole matrix is run.
const SEEDS: u64 = 5;

/// One run of a case; `None` where rooms cannot be made or the machine had no time.
fn judged(case: &Case, seed: u64) -> Option<Attribution> {
    let mut path = case.path.clone();
    path.seed = seed;
    let names = case.congestion_controls;
    let name = names[usize::try_from(seed).unwrap() % names.len()];
    let (looks, truth) = honest(&path, name, |link| run(link, case.transfer))?;
    let contradiction = case.contradiction(&truth);
    assert_eq!(
        contradiction, None,
        "{:?}, {}, {name}: the plant did not work",
        case.limit, case.size
    );
    let found = attribute(&looks, &case.context).unwrap();
    let mark = if found.limit == case.limit {
        ""
    } else {
        "  <-- wrong"
    };
    eprintln!(
        "{:<16} {:<24} {name:<6} seed {seed}: {:<16} {:<7} {}{mark}",
        case.limit.name(),
        case.size,
        found.limit.name(),
        found.confidence.name(),
        found.sentence()
    );
    Some(found)
}

/// Runs these cases, and names those that were judged wrong.
fn wrong(cases: &[Case], seeds: u64) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        for seed in 1..=seeds {
            let Some(found) = judged(case, seed) else {
                continue;
            };
            if found.limit != case.limit {
                wrong.push(format!(
                    "{}, {}, seed {seed}: {} {:?}",
                    case.limit.name(),
                    case.size,
                    found.limit.name(),
                    found.shares
                ));
            }
        }
    }
    wrong
}

#[test]
fn each_limit_is_found_where_it_was_planted() {
    // The smallest and the largest of each five.
    let some: Vec<Case> = all()
        .into_iter()
        .enumerate()
        .filter(|(number, _)| number % 5 == 0 || number % 5 == 4)
        .map(|(_, case)| case)
        .collect();
    assert_eq!(wrong(&some, 1), Vec::<String>::new());
}

#[test]
#[ignore = "the whole matrix takes a quarter of an hour"]
fn every_limit_in_every_size_and_seed() {
    assert_eq!(wrong(&all(), SEEDS), Vec::<String>::new());
}

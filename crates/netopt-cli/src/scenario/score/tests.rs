//! Made runs, and what they add up to.

use super::*;
use crate::scenario::judge::{Judgement, Proof};

const REUSE: &str = "[expect]\nprimary = \"http.connection-reuse\"\nchange = \"keep_alive\"\n";
const HEALTHY: &str = "[expect]\nprimary = \"none\"\n";

fn right() -> Judgement {
    Judgement {
        primary: Some("http.connection-reuse"),
        is_right: true,
        is_listed: Some(true),
        false_alarms: Vec::new(),
        proof: Some(Proof {
            holds: true,
            improvement: Some(0.4),
        }),
        problems: Vec::new(),
    }
}

fn run(mark: Mark, judgement: Option<Judgement>) -> Run {
    Run {
        seed: 1,
        attempts: 1,
        mark,
        judgement,
        lateness: None,
        #[cfg(target_os = "linux")]
        truth: None,
        took: Duration::from_secs(2),
    }
}

fn case(key: &str, runs: Vec<Run>) -> Case {
    Case {
        file: PathBuf::from("a.toml"),
        scenario: Scenario::read(&format!("name = \"n\"\n{key}")).unwrap(),
        skipped: None,
        runs,
    }
}

fn exam(cases: Vec<Case>) -> Exam {
    Exam {
        cases,
        seeds: vec![1, 2],
        reach: Reach::Prove,
        is_complete: true,
    }
}

fn failed() -> Mark {
    Mark::Failed(vec!["wrong".to_owned()])
}

#[test]
fn a_case_passes_only_if_all_of_its_seeds_do() {
    let pass = || run(Mark::Passed, Some(right()));
    let void = || run(Mark::Void("late".to_owned()), Some(right()));
    for (runs, standing) in [
        (vec![pass(), pass()], Standing::Passed),
        (vec![pass(), run(failed(), None)], Standing::Failed),
        (vec![pass(), void()], Standing::Void),
        (vec![void(), run(failed(), None)], Standing::Failed),
        (vec![pass()], Standing::Interrupted),
        (
            vec![pass(), run(Mark::Interrupted, None)],
            Standing::Interrupted,
        ),
    ] {
        assert_eq!(case(REUSE, runs.clone()).standing(2), standing, "{runs:?}");
    }
    let mut skipped = case(REUSE, Vec::new());
    skipped.skipped = Some("no root".to_owned());
    assert_eq!(skipped.standing(2), Standing::Skipped("no root".to_owned()));
}

#[test]
fn shares_are_over_the_runs_that_they_are_about() {
    let alarmed = Judgement {
        primary: Some("dns.slow-resolver"),
        is_right: false,
        is_listed: None,
        false_alarms: vec!["dns.slow-resolver"],
        proof: None,
        problems: vec!["wrong".to_owned()],
    };
    let pass = || run(Mark::Passed, Some(right()));
    let late = run(Mark::Void("late".to_owned()), Some(alarmed.clone()));
    let mut skipped = case(REUSE, Vec::new());
    skipped.skipped = Some("no root".to_owned());
    let score = Score::of(&exam(vec![
        case(REUSE, vec![pass(), run(failed(), None)]),
        case(HEALTHY, vec![run(failed(), Some(alarmed)), pass()]),
        case(REUSE, vec![pass(), late]),
        case(REUSE, vec![pass(), pass()]),
        skipped,
    ]));
    assert_eq!((score.top1.part, score.top1.whole), (5, 7));
    assert_eq!((score.recall.part, score.recall.whole), (4, 5));
    assert_eq!((score.proof.part, score.proof.whole), (4, 5));
    assert_eq!(score.false_alarms, 1, "void runs do not count");
    assert_eq!((score.cases.part, score.cases.whole), (1, 4));
    assert_eq!((score.void, score.skipped), (1, 1));
    assert_eq!(score.took, Duration::from_secs(16));
}

#[test]
fn of_nothing_there_is_no_share() {
    let score = Score::of(&exam(Vec::new()));
    assert_eq!((score.top1.ratio(), score.recall.ratio()), (None, None));
}

//! `netopt model`: every formula answers, for people and for programs, and refuses what is no question.

mod pages;
mod pictures;
mod refusals;
mod traces;

use serde_json::Value;

use crate::command::{Ended, netopt, netopt_in};

/// A question to each formula; what is asked of all of them is asked of this list.
const QUESTIONS: &[&str] = &[
    "latency --rtt 80ms --rate 100mbit --response 100kB",
    "latency --distance 5600km --dns 5ms --pool-wait 1ms --opening reused",
    "latency --distance 1000km --rate 1gbit --packet 1500B",
    "throughput --data 100MB --time 9s --rate 100mbit",
    "throughput --rate 20mbit",
    "bdp --rate 1gbit --rtt 80ms",
    "window --window 64KiB --rtt 80ms --rate 1gbit",
    "window --rate 100gbit --rtt 300ms",
    "window",
    "slow-start --data 100kB --rtt 80ms",
    "flow-time --data 100kB --rtt 80ms --rate 100mbit",
    "flow-time --data 1MB --rtt 80ms --loss 1%",
    "reno --rtt 100ms --loss 0.01% --rate 10gbit",
    "cubic --rtt 100ms --loss 0.01%",
    "cubic --rtt 100ms --peak 100",
    "bbr --rate 100mbit --rtt 80ms --loss 3% --bbr v3",
    "mathis --rtt 100ms --loss 1%",
    "pftk --rtt 100ms --loss 1% --rate 100mbit",
    "little --arrivals 20/s --time 500ms",
    "little --present 10 --time 500ms",
    "mm1 --arrivals 50/s --service 100/s",
    "erlang --load 10 --servers 12 --hold 100ms --hold-cv2 4",
    "erlang --load 10 --servers 9",
    "staffing --load 100 --wait 1%",
    "power --rate 20mbit --rtt 40ms --inflight 200kB --buffer 200kB",
    "pool-size --arrivals 20/s --hold 500ms --idle-timeout 5s --streams 100",
    "pool-size --load 10 --server-limit 33 --instances 4",
    "pool-size --load 10 --hold 1s --within 100ms --quantile 99%",
    "message-size one-link --message 1500B --propagation 5ms --rate 1gbit",
    "message-size store-and-forward --message 1MB --links 4 --rate 100mbit",
    "message-size stop-and-wait --rate 10mbit --rtt 80ms --chunk 100kB",
    "message-size batching --arrivals 1000/s --per-batch 1ms --per-item 10us --waiting 0.02",
    "message-size noisy-link --bit-errors 0.001%",
    "samples --quantile p99 --count 2000",
    "samples --quantile p99.9 --count 50",
    "trial --noise 9%",
    "trial --noise 5% --effect 4% --rounds 60 --candidates 3",
    "rpm --tcp 60ms,50ms --tls 60ms,50ms --http 60ms,50ms --loaded 20ms --draft 03",
    "simulate --rate 10mbit --rtt 40ms --flow cubic --flow bbr --loss 0.1% --time 5s",
    "simulate --rate 10mbit --rtt 40ms --loss 1% --loss-process episodes --time 5s",
];

async fn ask(question: &str, more: &[&str]) -> Ended {
    let words: Vec<&str> = question.split_whitespace().collect();
    netopt(&[&["model"], words.as_slice(), more].concat()).await
}

/// The document, after it was held against its published schema.
async fn document(question: &str) -> Value {
    let schema = include_str!("../../../../docs/schemas/model.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let ended = ask(question, &["--json"]).await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{question}: {ended:?}"
    );
    let document = ended.document();
    let wrong: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{question}: {wrong:#?}\n{document:#}");
    document
}

#[tokio::test]
async fn help_groups_the_formulas() {
    let help = netopt(&["model", "--help"]).await;
    assert_eq!(help.code, Some(0));
    insta::assert_snapshot!("help_model", help.stdout);
    let one = netopt(&["model", "pftk", "--help"]).await;
    insta::assert_snapshot!("help_model_pftk", one.stdout);
}

#[tokio::test]
async fn each_formula_of_the_help_is_asked_here() {
    let help = netopt(&["model", "--help"]).await.stdout;
    let verbs = help
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter_map(|line| line.split_once("  "))
        .map(|(verb, _)| verb);
    let mut count = 0;
    for verb in verbs {
        let asked = QUESTIONS
            .iter()
            .any(|question| question.split(' ').next() == Some(verb));
        assert!(asked, "{verb} has no question in this file");
        count += 1;
    }
    assert!(count >= 9, "{help}");
}

#[tokio::test]
async fn each_document_keeps_its_schema() {
    for question in QUESTIONS {
        let document = document(question).await;
        let formula = document["formula"].as_str().unwrap();
        assert!(question.starts_with(formula), "{question}: {formula}");
        assert!(
            !document["results"].as_object().unwrap().is_empty(),
            "{question}"
        );
    }
}

#[tokio::test]
async fn each_answer_fits_the_terminal_and_names_its_source() {
    for question in QUESTIONS {
        for columns in ["30", "40", "60", "100"] {
            let words: Vec<&str> = question.split_whitespace().collect();
            let args = [&["model"], words.as_slice()].concat();
            let ended = netopt_in(&args, &[("COLUMNS", columns)]).await;
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
            let widest = ended.stdout.lines().map(|line| line.chars().count());
            assert!(
                widest.max().unwrap() <= columns.parse().unwrap(),
                "{question} at {columns}:\n{}",
                ended.stdout
            );
            for part in ["→ ", "source     ", "holds for  "] {
                assert!(ended.stdout.contains(part), "{question}: no {part}");
            }
        }
    }
}

#[tokio::test]
async fn answers_as_people_see_them() {
    for (name, question) in [
        ("bdp", "bdp --rate 1gbit --rtt 80ms --plot"),
        ("mathis", "mathis --rtt 100ms --loss 5%"),
        ("pftk", "pftk --rtt 100ms --loss 1% --rate 100mbit --plot"),
        ("window", "window --window 64KiB --rtt 80ms --rate 1gbit"),
        ("flow_time", "flow-time --data 1MB --rtt 80ms --loss 1%"),
        (
            "latency",
            "latency --rtt 80ms --rate 100mbit --response 100kB",
        ),
        (
            "pool_size",
            "pool-size --load 10 --server-limit 33 --instances 4 --plot",
        ),
    ] {
        for columns in ["40", "60", "100"] {
            let words: Vec<&str> = question.split_whitespace().collect();
            let args = [&["model"], words.as_slice()].concat();
            let ended = netopt_in(&args, &[("COLUMNS", columns)]).await;
            insta::assert_snapshot!(format!("model_{name}_{columns}"), ended.stdout);
        }
    }
}

#[tokio::test]
async fn published_values_come_out() {
    for (question, key, value, tolerance) in [
        ("bdp --rate 10gbit --rtt 100ms", "bdp_bytes", 125e6, 0.0),
        // Mathis 1997 with an acknowledgement per segment.
        (
            "mathis --rtt 100ms --loss 1% --acks every-segment",
            "rate_bps",
            1_430_502.0,
            1e-6,
        ),
        // Padhye 1998, 77.846 segments a second.
        (
            "pftk --rtt 100ms --loss 1%",
            "pftk_full_bps",
            77.846 * 1460.0 * 8.0,
            1e-5,
        ),
        // RFC 9438 table 1 and section 4.2.
        (
            "cubic --rtt 100ms --loss 0.0001%",
            "mean_window_segments",
            5_926.0,
            1e-4,
        ),
        ("cubic --rtt 100ms --peak 100", "rise_ms", 4217.16, 1e-5),
        // GATE-CS 2005 question 73: payloads of 6 are best, and take 54.
        (
            "message-size store-and-forward --message 24B --header 3B --links 3 --rate 8bit",
            "time_ms",
            54_000.0,
            0.0,
        ),
        // draft-ietf-ippm-responsiveness -09 and -03.
        (
            "rpm --tcp 60ms --tls 60ms --http 60ms --loaded 20ms",
            "rpm",
            2_000.0,
            1e-9,
        ),
        (
            "rpm --tcp 60ms --tls 60ms --http 60ms --loaded 20ms --draft 03",
            "rpm",
            1_500.0,
            1e-9,
        ),
        ("pool-size --load 10", "connections", 19.0, 0.0),
        // The least n with 0.99^n below 2.5 %.
        ("samples --quantile p99", "minimum", 368.0, 0.0),
        ("erlang --load 10 --servers 12", "wait_ratio", 0.4494, 1e-3),
        // The threshold of a tail is 5 %, and no verdict comes before round 10.
        ("trial --noise 1% --effect 50%", "rounds_needed", 10.0, 0.0),
        // RFC 6928.
        ("slow-start --data 1460000", "rounds", 7.0, 0.0),
    ] {
        let got = document(question).await["results"][key].as_f64().unwrap();
        assert!(
            (got - value).abs() <= tolerance * value,
            "{question}: {key} is {got}"
        );
    }
}

/// What is never called faster takes no number of rounds, and the threshold behind it is told.
#[tokio::test]
async fn an_effect_below_the_threshold_takes_no_number_of_rounds() {
    let never = document("trial --noise 1% --effect 2% --metric p99").await;
    assert_eq!(never["results"]["rounds_needed"], Value::Null);
    assert_eq!(never["inputs"]["threshold_ratio"], 0.05);
    assert_eq!(never["inputs"]["least_difference_ms"], 0.1);
    assert_eq!(never["inputs"]["first_verdict"], 10.0);
    let summary = never["summary"].as_str().unwrap();
    assert!(summary.contains("not above"), "{summary}");
    let rate = document("trial --noise 1% --metric throughput").await;
    assert_eq!(rate["inputs"]["least_difference_ms"], Value::Null);
}

/// The rounds that an effect is said to take print that effect, or a smaller one.
#[tokio::test]
async fn rounds_and_effects_of_a_trial_answer_each_other() {
    let needed = document("trial --noise 5% --effect 4%").await["results"]["rounds_needed"].clone();
    let rounds = needed.as_f64().unwrap();
    for (rounds, is_enough) in [(rounds, true), (rounds - 1.0, false)] {
        let printed = document(&format!("trial --noise 5% --rounds {rounds}")).await;
        let effect = printed["results"]["effect_ratio"].as_f64().unwrap();
        assert_eq!(effect <= 0.04, is_enough, "{rounds}: {effect}");
    }
}

#[tokio::test]
async fn loss_never_helps_a_transfer() {
    for question in [
        "flow-time --data 20kB --rtt 100ms --loss 0.01%",
        "flow-time --data 44kB --rtt 100ms --loss 0.01%",
        "flow-time --data 1kB --rtt 100ms --loss 1%",
        "flow-time --data 100MB --rtt 100ms --rate 1mbit --loss 0.01%",
        "flow-time --data 1MB --rtt 80ms --loss 1%",
    ] {
        let results = document(question).await["results"].clone();
        let of = |name: &str| results[name].as_f64().unwrap();
        assert!(of("expected_ms") > of("transfer_ms"), "{question}");
        let parts: f64 = ["transfer_ms", "repair_ms", "slower_ms", "tail_ms"]
            .map(of)
            .iter()
            .sum();
        assert!((parts / of("expected_ms") - 1.0).abs() < 1e-6, "{question}");
    }
}

#[tokio::test]
async fn same_seed_same_run() {
    let question = "simulate --rate 10mbit --rtt 40ms --loss 1% --time 3s --json";
    let [one, same, other] = ["--seed=7", "--seed=7", "--seed=8"];
    let (one, same) = (ask(question, &[one]).await, ask(question, &[same]).await);
    assert_eq!(one.stdout, same.stdout);
    let results = |ended: &Ended| ended.document()["results"].clone();
    assert_ne!(results(&one), results(&ask(question, &[other]).await));
    assert_eq!(one.document()["inputs"]["seed"], 7);
}

#[tokio::test]
async fn losses_in_episodes_are_said_and_take_more_along() {
    let question = "simulate --rate 10mbit --rtt 40ms --flow reno --loss 1% --time 20s";
    let alone = document(question).await;
    let inputs = &alone["inputs"];
    assert_eq!(inputs["loss_process"], "independent");
    assert!(inputs["episode_ms"].is_null());
    let question = format!("{question} --loss-process episodes");
    let together = document(&question).await;
    assert_eq!(together["inputs"]["loss_process"], "episodes");
    assert_eq!(together["inputs"]["episode_ms"], 20.0, "half a round trip");
    let lost = |document: &Value| {
        let of = |name: &str| document["results"][name].as_f64().unwrap();
        of("losses") / of("packets")
    };
    assert!(lost(&together) > 1.5 * lost(&alone));
    let short = document(&format!("{question} --episode 1us")).await;
    assert_eq!(short["inputs"]["episode_ms"], 0.001);
    assert!(lost(&short) < 1.2 * lost(&alone), "one packet at a time");
}

#[tokio::test]
async fn columns_without_room_are_named() {
    let question = "model simulate --rate 10mbit --rtt 40ms --time 1s";
    let args: Vec<&str> = question.split(' ').collect();
    for (columns, has_room) in [("60", false), ("100", true)] {
        let shown = netopt_in(&args, &[("COLUMNS", columns)]).await.stdout;
        let named = shown.contains("and with --json: ");
        assert_eq!(named, !has_room, "{shown}");
        assert!(shown.contains("delivered"), "{shown}");
    }
}

#[tokio::test]
async fn what_is_beyond_the_domain_is_told() {
    let document = document("mathis --rtt 100ms --loss 5%").await;
    let notes = document["notes"].to_string();
    assert!(notes.contains("above 2 %"), "{notes}");
    let people = ask("mathis --rtt 100ms --loss 5%", &[]).await.stdout;
    assert!(people.contains("note: above 2 %"), "{people}");
}

#[tokio::test]
async fn unbounded_is_null_and_never_a_word() {
    let document = document("bbr --rate 1mbit --rtt 1ms").await;
    assert_eq!(document["results"]["loss_ceiling_ratio"], Value::Null);
    assert_eq!(document["curve"], Value::Null);
}

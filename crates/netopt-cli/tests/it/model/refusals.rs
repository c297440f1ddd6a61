//! What is no question gets one line that says the value and the bound, exit code 2, and nothing on stdout.

use super::ask;

/// A question, and what the line about it has to hold: the value and the bound.
const BAD: &[(&str, [&str; 2])] = &[
    (
        "bdp --rate 1gbit --rtt -5ms",
        ["\"-5ms\"", "a time such as"],
    ),
    ("bdp --rate 1gbit --rtt 0", ["\"0\"", "a time above 0"]),
    ("bdp --rate 1gbit --rtt 80", ["\"80\"", "a time such as"]),
    ("bdp --rate 0bit --rtt 80ms", ["\"0bit\"", "a rate such as"]),
    ("bdp --rate 5 --rtt 80ms", ["\"5\"", "a rate such as"]),
    (
        "bdp --rate 1gbit --rtt 80ms --mss 0",
        ["\"0\"", "from 1B to 65535B"],
    ),
    (
        "mathis --rtt 80ms --loss 101%",
        ["\"101%\"", "a share such as"],
    ),
    ("mathis --rtt 80ms --loss 0", ["\"0\"", "above 0%"]),
    (
        "pftk --rtt 80ms --loss 1% --window 32",
        ["--window 32 B", "no segment of 1.5 kB"],
    ),
    ("mathis --rtt 80ms --loss NaN", ["\"NaN\"", "a share"]),
    ("slow-start --data 0", ["\"0\"", "an amount above 0"]),
    (
        "flow-time --data 1kB --rtt 1ms --initial-window 0",
        ["\"0\"", "from 1 to 1000000"],
    ),
    (
        "cubic --rtt 1ms --peak inf",
        ["\"inf\"", "from 1 to 1000000000"],
    ),
    ("cubic --rtt 1ms --peak 9 --c 0", ["\"0\"", "above 0"]),
    (
        "mm1 --arrivals 100/s --service 100/s",
        ["--arrivals 100.0/s", "not below --service 100.0/s"],
    ),
    ("mm1 --arrivals 0 --service 1", ["\"0\"", "above 0"]),
    ("little --arrivals 5", ["give two of", "--present"]),
    ("erlang --load 0 --servers 3", ["\"0\"", "up to 1000000"]),
    (
        "erlang --load 5 --servers 0",
        ["\"0\"", "from 1 to 2000000"],
    ),
    (
        "erlang --arrivals 1e9 --hold 1h --servers 3",
        ["offered load", "up to 1000000"],
    ),
    (
        "simulate --rate 1gbit --rtt 1ms --max-packets 1000",
        ["more than 1000 packets", "--max-packets"],
    ),
    (
        "simulate --rate 1gbit --rtt 1ms --seed -1",
        ["\"-1\"", "from 0 to 4294967295"],
    ),
    (
        "simulate --rate 1gbit --rtt 1ms --loss 1% --episode 1ms",
        ["--episode", "--loss-process episodes"],
    ),
    (
        "flow-time --data 1MB --rtt 80ms --loss 100%",
        ["\"100%\"", "above 0% and below 100%"],
    ),
    (
        "flow-time --data 100GB --rtt 10ms --rate 1bit",
        ["--data 100.0 GB", "10⁹ s"],
    ),
    ("latency --distance 1e30km", ["--distance", "10⁹ s"]),
    (
        "latency --distance 1km --packet 100GB --rate 1bit",
        ["--packet 100.0 GB", "10⁹ s"],
    ),
    (
        "latency --rtt 10ms --response 100GB --rate 1bit",
        ["--response 100.0 GB", "10⁹ s"],
    ),
    (
        "bdp --rate 10MB --rtt 80ms",
        ["\"10MB\"", "rates are in bits, eight times the bytes"],
    ),
    ("mathis --rtt 80ms --loss 100%", ["\"100%\"", "below 100%"]),
    ("window --plot", ["no curve", "--plot"]),
    (
        "bdp --rate 1gbit --rtt 1ms --plot --json",
        ["--plot", "--json"],
    ),
    ("samples --quantile p100", ["\"p100\"", "p0.1 to p99.9"]),
    ("samples --quantile p99.99", ["\"p99.99\"", "p0.1 to p99.9"]),
    ("samples --level 10%", ["\"10%\"", "50% to 99.99%"]),
    ("trial --noise 0", ["\"0\"", "above 0%"]),
    ("trial --noise 5% --rounds 3", ["no such trial", "rounds"]),
    ("trial --noise 5% --metric p98", ["p98", "p99"]),
    ("staffing --load 5 --wait 100%", ["\"100%\"", "below 100%"]),
    (
        "pool-size --load 5 --server-limit 3 --instances 4",
        ["--server-limit 3", "--instances 4"],
    ),
    ("pool-size --load 5 --within 1ms", ["--within", "--hold"]),
    (
        "message-size store-and-forward --message 2GB --rate 1gbit",
        ["\"2GB\"", "up to 1GB"],
    ),
    (
        "rpm --tcp 1ms,2ms --http 1ms --loaded 1ms",
        ["--http has 1", "--tcp has 2"],
    ),
    (
        "simulate --rate 1bit --rtt 1ms",
        ["cannot simulate", "kbit"],
    ),
    (
        "throughput --data 1kB --time 1s --again 2kB",
        ["2.0 kB", "more than --data 1.0 kB"],
    ),
];

#[tokio::test]
async fn bad_input_is_named_with_its_bound() {
    for (question, parts) in BAD {
        let ended = ask(question, &[]).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{question}: {ended:?}"
        );
        let line = ended.stderr.lines().next().unwrap();
        for part in parts {
            assert!(line.contains(part), "{question}: {line}");
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_asked_for() {
    for (question, part) in [
        ("bdp", "--rate <RATE>"),
        ("reno --rtt 80ms", "<--loss <SHARE>|--rate <RATE>>"),
        (
            "cubic --rtt 80ms",
            "<--loss <SHARE>|--rate <RATE>|--peak <SEGMENTS>>",
        ),
        ("throughput", "<--data <SIZE>|--rate <RATE>>"),
        ("throughput --data 1MB", "--time <TIME>"),
        ("pool-size", "--load <N>"),
        ("erlang --servers 3", "--load <N>"),
        ("erlang --servers 3 --arrivals 3", "--hold <TIME>"),
        ("latency", "<--rtt <TIME>|--distance <DISTANCE>>"),
        ("message-size", "Usage: netopt model message-size"),
        ("", "Usage: netopt model <COMMAND>"),
        ("nonsense", "nonsense"),
    ] {
        let ended = ask(question, &[]).await;
        assert_eq!(ended.code, Some(2), "{question}: {ended:?}");
        assert!(ended.stderr.contains(part), "{question}: {}", ended.stderr);
    }
}

/// The largest and the smallest rate that can be written.
fn extreme_rates() -> [String; 2] {
    [
        "9".repeat(290) + "bit",
        format!("0.{}1bit", "0".repeat(300)),
    ]
}

/// The ends of what can be asked about paths and loss.
fn extreme_paths() -> Vec<String> {
    let [huge, tiny] = extreme_rates();
    let mut questions: Vec<String> = Vec::new();
    for rate in [huge.as_str(), tiny.as_str(), "1bit", "1000000gbit"] {
        for rtt in ["1ns", "240h", "0.000000001ns"] {
            questions.extend([
                format!("bdp --rate {rate} --rtt {rtt}"),
                format!("window --window 1B --rate {rate} --rtt {rtt}"),
                format!("window --window 1000000GB --rate {rate} --rtt {rtt}"),
                format!("flow-time --data 1000000GB --rate {rate} --rtt {rtt}"),
                format!("flow-time --data 1B --payload 1B --rate {rate} --rtt {rtt} --loss 100%"),
                format!("reno --loss 100% --rate {rate} --rtt {rtt} --mss 1B"),
                format!("cubic --loss 100% --rate {rate} --rtt {rtt} --mss 65535B"),
                format!("bbr --rate {rate} --rtt {rtt} --loss 100%"),
                format!("pftk --rate {rate} --rtt {rtt} --loss 100%"),
            ]);
        }
    }
    for loss in ["0.0000000000000001%", "99.9999999%", "100%"] {
        for rtt in ["1ns", "240h"] {
            questions.extend([
                format!("mathis --loss {loss} --rtt {rtt} --mss 1B --window 1B"),
                format!("pftk --loss {loss} --rtt {rtt} --mss 1B --window 1B --rto 1ns"),
                format!("cubic --loss {loss} --rtt {rtt} --peak 1000000000 --c 1e-300"),
                format!("slow-start --data 1000000GB --mss 1B --rtt {rtt}"),
            ]);
        }
    }
    questions
}

/// The ends of what can be asked about queues, sizes and runs.
fn extreme_queues() -> Vec<String> {
    let [huge, tiny] = extreme_rates();
    let mut questions: Vec<String> = Vec::new();
    for load in ["0.000000001", "1000000"] {
        for servers in ["1", "2000000"] {
            questions.extend([
                format!("erlang --load {load} --servers {servers} --hold 240h --hold-cv2 1e300"),
                format!("staffing --load {load} --wait 0.0000000001%"),
                format!("pool-size --load {load} --wait 99.9999% --server-limit {servers}"),
                format!("pool-size --load {load} --hold 1ns --within 0 --streams {servers}"),
                format!("pool-size --arrivals {load} --hold 1s --idle-timeout 1ns"),
            ]);
        }
    }
    for rate in [huge.as_str(), tiny.as_str()] {
        questions.extend([
            format!("latency --rtt 240h --rate {rate} --response 1000000GB"),
            format!("latency --distance 0m --rate {rate} --packet 1B"),
            format!("power --rate {rate} --rtt 1ns --inflight 1000000GB --buffer 1B"),
            format!("message-size one-link --message 1B --rate {rate} --propagation 0"),
            format!("message-size store-and-forward --message 1B --rate {rate} --links 1"),
            format!("message-size store-and-forward --message 1kB --header 1GB --rate {rate} --links 1000"),
            format!("message-size stop-and-wait --rate {rate} --rtt 240h --utilisation 99.9999999%"),
            format!("simulate --rate {rate} --rtt 1ns"),
        ]);
    }
    questions.extend(
        [
            "message-size noisy-link --header 1000000GB --bit-errors 99.9999%",
            "message-size noisy-link --header 1B --bit-errors 0.0000000000001%",
            "message-size batching --arrivals 1e300 --per-batch 240h --waiting 1e300",
            "message-size batching --arrivals 1e-300 --per-batch 1ns --waiting 1e-300",
            "samples --quantile p0.1 --count 1000000000 --spread 10 --level 99.99%",
            "samples --quantile p99.9 --count 1 --spread 0.0000001",
            "trial --noise 99.9999% --rounds 1000 --effect 0.0000001% --candidates 32",
            "trial --noise 0.00000001% --effect 99.9999% --metric throughput",
            "mm1 --arrivals 1e-300 --service 1e300",
            "mm1 --arrivals 99.99999999999999 --service 100",
            "little --arrivals 1e300 --time 240h",
            "little --arrivals 1e-300 --present 1000000",
            "simulate --rate 1kbit --rtt 60s --buffer 1B --loss 100% --size 1B --time 24h",
            "rpm --tcp 1ns --http 240h --loaded 1ns",
        ]
        .map(str::to_owned),
    );
    questions
}

#[tokio::test]
async fn no_value_makes_it_panic() {
    let questions = [extreme_paths(), extreme_queues()].concat();
    for question in &questions {
        let ended = ask(question, &["--plot"]).await;
        let ended = if ended.stderr.contains("--plot") {
            ask(question, &[]).await
        } else {
            ended
        };
        assert!(
            matches!(ended.code, Some(0 | 2)) && !ended.stderr.contains("panicked"),
            "{question}: {ended:?}"
        );
        assert!(!ended.stdout.contains("NaN"), "{question}: {ended:?}");
    }
}

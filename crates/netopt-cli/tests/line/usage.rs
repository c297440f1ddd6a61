//! Bad input: one clear line with the offending value, and the documented exit code.

use netopt_core::unit::Ratio;
use netopt_lab::origin::{Errors, Failure, OriginSpec, ServiceSpec};
use tokio::net::TcpListener;

use crate::run::{file, netopt, origin};

#[tokio::test]
async fn a_broken_plan_is_told_with_file_line_key_value_and_bound() {
    let plan = file("broken.toml");
    std::fs::write(&plan, "# mine\n[tcp]\nnodelay = \"yes\"\n").unwrap();
    let ended = netopt(&[
        "diagnose",
        "http://127.0.0.1:9/",
        "--baseline",
        plan.to_str().unwrap(),
    ])
    .await;
    assert_eq!(ended.code, Some(2));
    let expected = format!(
        "netopt: {}: line 3: tcp.nodelay: \"yes\" is not true or false",
        plan.display()
    );
    assert_eq!(ended.line(), expected);
}

#[tokio::test]
async fn bad_values_are_usage_errors() {
    for (args, part) in [
        (["diagnose", "localhost:80"], "write http://localhost:80"),
        (
            ["diagnose", "tcp://localhost:80"],
            "netopt probe tcp://localhost:80",
        ),
        (["diagnose", "http://a:b/"], "port"),
        (["optimize", "ftp://a/"], "http://, https://, tcp://"),
    ] {
        let ended = netopt(&args).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.line().contains(part), "{ended:?}");
    }
    for flags in [
        ["--rate", "0"],
        ["--max-requests", "x"],
        ["--workload", "fun"],
        ["--timeout", "5"],
    ] {
        let ended = netopt(&["diagnose", "http://127.0.0.1:9/", flags[0], flags[1]]).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(flags[1]), "{ended:?}");
    }
    let ended = netopt(&["diagnose", "http://127.0.0.1:9/", "-X", "DELETE"]).await;
    assert_eq!(
        (ended.code, ended.line().contains("--unsafe-method")),
        (Some(2), true),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_not_replaced() {
    let foreign = file("foreign.toml");
    std::fs::write(&foreign, "[package]\n").unwrap();
    let ended = netopt(&[
        "optimize",
        "http://127.0.0.1:9/",
        "--out",
        foreign.to_str().unwrap(),
    ])
    .await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.line().contains("foreign.toml") && ended.line().contains("--out"),
        "{ended:?}"
    );
    assert_eq!(std::fs::read_to_string(&foreign).unwrap(), "[package]\n");
}

#[tokio::test]
async fn what_cannot_be_measured_ends_with_3_and_its_reason() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let cases = [
        (format!("http://{closed}/"), "refused the connection"),
        ("http://no-such-host.invalid/".to_owned(), "has no address"),
    ];
    for (url, part) in cases {
        let ended = netopt(&["diagnose", &url]).await;
        assert_eq!(ended.code, Some(3), "{ended:?}");
        assert!(ended.line().contains(part), "{ended:?}");
    }
    for (failure, part) in [
        (Failure::NotHttp, "does not speak HTTP"),
        (
            Failure::CloseMidBody(netopt_core::unit::Bytes::new(100)),
            "in the middle of the answer",
        ),
        (Failure::NeverAnswers, "no answer came within 300 ms"),
    ] {
        let origin = origin(OriginSpec {
            failure,
            ..OriginSpec::default()
        })
        .await;
        let ended = netopt(&["diagnose", &origin.url(), "--timeout", "300ms"]).await;
        assert_eq!(ended.code, Some(3), "{ended:?}");
        assert!(ended.line().contains(part), "{ended:?}");
    }
}

#[tokio::test]
async fn answers_that_are_all_errors_measure_nothing() {
    let errors = Errors {
        share: Ratio::new(1.0).unwrap(),
        status: http::StatusCode::NOT_FOUND,
    };
    let service = ServiceSpec {
        errors: Some(errors),
        ..ServiceSpec::default()
    };
    let origin = origin(OriginSpec {
        service,
        ..OriginSpec::default()
    })
    .await;
    let ended = netopt(&["diagnose", &origin.url(), "--rate", "200"]).await;
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.contains("the answer is 404"), "{ended:?}");
}

#[tokio::test]
async fn of_several_targets_the_reachable_ones_are_told_and_the_end_is_3() {
    let origin = origin(OriginSpec::default()).await;
    let url = origin.url();
    let ended = netopt(&[
        "diagnose",
        "http://127.0.0.1:9/",
        &url,
        "--json",
        "--rate",
        "300",
    ])
    .await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended.stderr.contains("127.0.0.1:9 refused the connection"),
        "{ended:?}"
    );
    let document = ended.document();
    assert_eq!(document["schema"], "netopt.diagnose.list/1");
    assert_eq!(document["results"].as_array().unwrap().len(), 1);
    assert_eq!(document["results"][0]["target"], url);
}

#[tokio::test]
async fn the_demonstration_takes_no_flags_of_a_target() {
    for flag in [
        ["--rate", "5"],
        ["--baseline", "a.toml"],
        ["--method", "POST"],
        ["--timeout", "1s"],
    ] {
        let ended = netopt(&["optimize", flag[0], flag[1]]).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains("TARGET"), "{ended:?}");
    }
}

#[tokio::test]
async fn what_would_break_the_measurement_is_refused() {
    let zero = "/dev/zero";
    for (flags, part) in [
        (["-H", "Content-Length: 5"], "the client's own"),
        (["-H", "Connection: close"], "http.keep_alive"),
        (["-X", "TRACE"], "--unsafe-method"),
        (["--upload-beside", "1MB"], "--unsafe-method"),
        (["--upload-beside", "0B"], "from 1B to"),
        (["--upload-beside", "65MiB"], "from 1B to"),
        (["--max-requests", "5"], "from 80"),
        (["--baseline", zero], "not a regular file"),
        (["--cacert", zero], "not a regular file"),
        (["--body", zero], "not a regular file"),
    ] {
        let ended = netopt(&["diagnose", "http://127.0.0.1:9/", flags[0], flags[1]]).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(part), "{ended:?}");
    }
    for out in ["/dev/null", "/no/such/folder/plan.toml"] {
        let ended = netopt(&["optimize", "http://127.0.0.1:9/", "--out", out]).await;
        assert_eq!(
            (ended.code, ended.line().contains("--out FILE")),
            (Some(2), true),
            "{ended:?}"
        );
    }
}

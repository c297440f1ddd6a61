//! What is a proxy, what is none, and that neither tells a password.

use proptest::prelude::*;

use super::*;

fn proxy(text: &str) -> Proxy {
    text.parse().unwrap()
}

fn refusal(text: &str) -> String {
    text.parse::<Proxy>().unwrap_err().to_string()
}

#[test]
fn scheme_host_and_port_are_read() {
    for (text, shown) in [
        ("http://proxy.test:3128", "http://proxy.test:3128"),
        ("http://proxy.test/", "http://proxy.test:80"),
        ("HTTP://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("socks5://[::1]", "socks5://[::1]:1080"),
        ("socks5h://proxy.test:9050", "socks5://proxy.test:9050"),
    ] {
        assert_eq!(proxy(text).to_string(), shown);
        assert_eq!(proxy(text).login().map(|_| ()), None);
    }
    assert_eq!(proxy("socks5://[::1]").host(), "::1");
}

#[test]
fn what_is_none_is_told_why() {
    let long = format!("socks5://{}:b@h", "a".repeat(256));
    for (text, why) in [
        ("proxy.test:3128", "a scheme is missing"),
        ("https://proxy.test", "\"https\" is not spoken to proxies"),
        ("socks4://proxy.test", "\"socks4\" is not spoken to proxies"),
        ("http://", "empty host"),
        ("socks5://", "host is missing"),
        ("http://h:99999", "invalid port"),
        ("http://h:0", "port 0"),
        ("http://h:1/path", "nothing may come after"),
        ("socks5://h?a", "nothing may come after"),
        ("http://a%3Ab:c@h", "holds a colon"),
        ("socks5://:c@h", "has no user"),
        (long.as_str(), "longer than 255 bytes"),
    ] {
        assert!(refusal(text).contains(why), "{text}: {}", refusal(text));
    }
}

/// RFC 7617 §2: `Aladdin` with `open sesame`, and §2.1: `test` with `123£`.
#[test]
fn the_examples_of_basic() {
    for (text, said) in [
        (
            "http://Aladdin:open%20sesame@h",
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        ),
        ("http://test:123%C2%A3@h", "Basic dGVzdDoxMjPCow=="),
        ("http://me@h", "Basic bWU6"),
    ] {
        let value = proxy(text).authorization().unwrap();
        assert_eq!(value, said);
        assert!(value.is_sensitive());
    }
    assert_eq!(proxy("http://h").authorization(), None);
}

#[test]
fn who_logs_in_as_somebody_else_is_another_proxy() {
    assert_eq!(proxy("http://a:b@h"), proxy("http://a:b@h:80"));
    assert_ne!(proxy("http://a:b@h"), proxy("http://a:c@h"));
    assert_ne!(proxy("http://a:b@h"), proxy("http://h"));
}

proptest! {
    #[test]
    fn no_text_tells_the_password(
        before in "(http|socks5|ftp)://",
        user in "[a-z]{0,3}",
        rest in "[ -~]{0,12}",
    ) {
        let secret = "s3cr3tW0rd";
        let text = format!("{before}{user}:{secret}@{rest}");
        let told = match text.parse::<Proxy>() {
            Ok(proxy) => format!("{proxy} {proxy:?} {:?}", proxy.authorization()),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!told.contains(secret), "{told}");
        prop_assert!(!told.contains(&BASE64.encode(secret.as_bytes())), "{told}");
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}") {
        if let Ok(proxy) = text.parse::<Proxy>() {
            prop_assert_eq!(proxy.to_string().parse::<Proxy>().unwrap().to_string(), proxy.to_string());
        }
    }
}

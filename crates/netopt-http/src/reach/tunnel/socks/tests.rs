//! The bytes of the two RFCs, the words of each refusal, and that any answer comes to an end.

use proptest::prelude::*;

use super::*;

fn login() -> Login {
    Login {
        user: b"me".to_vec(),
        password: b"open".to_vec(),
    }
}

fn exchange(step: Step) -> (Vec<u8>, usize) {
    match step {
        Step::Exchange { say, read } => (say, read),
        Step::Open => panic!("there is more to say"),
    }
}

/// The bytes of RFC 1928 §3 to §6 and RFC 1929 §2.
#[test]
fn the_bytes_of_the_rfc() {
    let login = login();
    let (mut handshake, first) = Handshake::begin(Some(&login), "shop.test", 443).unwrap();
    assert_eq!(exchange(first), (vec![5, 2, 0, 2], 2));
    let step = handshake.take(&[5, 2]).unwrap();
    assert_eq!(exchange(step), (b"\x01\x02me\x04open".to_vec(), 2));
    let step = handshake.take(&[1, 0]).unwrap();
    assert_eq!(
        exchange(step),
        (b"\x05\x01\x00\x03\x09shop.test\x01\xbb".to_vec(), 4)
    );
    let step = handshake.take(&[5, 0, 0, 1]).unwrap();
    assert_eq!(exchange(step), (vec![], 6));
    assert_eq!(handshake.take(&[0; 6]), Ok(Step::Open));
}

#[test]
fn addresses_are_told_as_addresses() {
    for (host, said) in [
        ("192.0.2.7", vec![5, 1, 0, 1, 192, 0, 2, 7, 0, 80]),
        ("::1", [&[5, 1, 0, 4][..], &[0; 15], &[1, 0, 80]].concat()),
    ] {
        let (mut handshake, first) = Handshake::begin(None, host, 80).unwrap();
        assert_eq!(exchange(first), (vec![5, 1, 0], 2));
        assert_eq!(exchange(handshake.take(&[5, 0]).unwrap()), (said, 4));
    }
}

#[test]
fn a_bound_name_of_any_length_is_skipped() {
    let (mut handshake, _) = Handshake::begin(None, "h", 80).unwrap();
    handshake.take(&[5, 0]).unwrap();
    assert_eq!(exchange(handshake.take(&[5, 0, 0, 3]).unwrap()).1, 1);
    assert_eq!(exchange(handshake.take(&[255]).unwrap()).1, 257);
    assert_eq!(handshake.take(&[0; 257]), Ok(Step::Open));
}

#[test]
fn each_refusal_has_its_words() {
    let login = login();
    let after = |login, said: &[&[u8]]| {
        let (mut handshake, _) = Handshake::begin(login, "shop.test", 443).unwrap();
        let (last, before) = said.split_last().unwrap();
        for bytes in before {
            handshake.take(bytes).unwrap();
        }
        handshake.take(last).unwrap_err().words("shop.test:443")
    };
    for (login, said, words) in [
        (None, &[&b"HT"[..]][..], "but HTTP"),
        (None, &[b"\x04\x5a"], "0x04"),
        (None, &[b"\x05\xff"], "USER:PASSWORD@"),
        (None, &[b"\x05\x01"], "way 1 of logging in"),
        (None, &[b"\x05\x02"], "way 2 of logging in"),
        (Some(&login), &[b"\x05\xff"], "refuses the user"),
        (
            Some(&login),
            &[b"\x05\x02", b"\x01\x01"],
            "refuses the user",
        ),
        (
            None,
            &[b"\x05\x00", b"\x05\x02\x00\x01"],
            "to shop.test:443: its rules forbid it (2)",
        ),
        (
            None,
            &[b"\x05\x00", b"\x05\x05\x00\x01"],
            "the target refused the connection (5)",
        ),
        (None, &[b"\x05\x00", b"\x05\x63\x00\x01"], "(99)"),
        (None, &[b"\x05\x00", b"\x05\x00\x00\x07"], "0x07"),
    ] {
        let told = after(login, said);
        assert!(told.contains(words), "{told}");
    }
    let name = "a".repeat(256);
    let Err(refusal) = Handshake::begin(None, &name, 1) else {
        panic!("a name of 256 bytes was taken")
    };
    assert!(refusal.words("").contains("256 bytes"));
}

proptest! {
    /// It ends after five parts at the most, asks for at least a byte and never for more than a name's worth, and an open
    /// tunnel was said to be open.
    #[test]
    fn whatever_is_said_it_ends(
        said in prop::collection::vec(any::<u8>(), 1024),
        polite in any::<bool>(),
        wants in any::<bool>(),
    ) {
        let login = login();
        let (mut handshake, mut step) = Handshake::begin(wants.then_some(&login), "h", 1).unwrap();
        let (mut at, mut parts) = (0, 0);
        while let Step::Exchange { read, .. } = step {
            prop_assert!((1..=257).contains(&read));
            parts += 1;
            prop_assert!(parts <= 5);
            let mut bytes = said[at..at + read].to_vec();
            if polite && parts <= 2 {
                bytes[..2].copy_from_slice(&[VERSION, 0]);
            }
            at += read;
            step = match handshake.take(&bytes) {
                Ok(step) => step,
                Err(refusal) => {
                    prop_assert!(!refusal.words("h:1").is_empty());
                    return Ok(());
                }
            };
        }
    }
}

//! From the bytes of a query to the bytes of its answer: a pure function of a handful of records.
//!
//! What it leaves alone: sockets and delays.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, SOA};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::NameServerSpec;

/// The SOA record's timers, which only matter to secondary servers.
const REFRESH_S: i32 = 3600;
const RETRY_S: i32 = 600;
const EXPIRE_S: i32 = 86_400;

/// A query as it came.
#[derive(Debug)]
pub(super) struct Question(Message);

impl Question {
    /// Reads a datagram; `None` if it is no query.
    pub(super) fn read(datagram: &[u8]) -> Option<Self> {
        let asked = Message::from_vec(datagram).ok()?;
        (asked.metadata.message_type == MessageType::Query).then_some(Self(asked))
    }

    /// The answer of a server that has trouble of its own.
    pub(super) fn failure(&self) -> Option<Vec<u8>> {
        let mut answer = self.response();
        answer.metadata.response_code = ResponseCode::ServFail;
        if let Some(query) = self.0.queries.first() {
            answer.add_query(query.clone());
        }
        answer.to_vec().ok()
    }

    fn response(&self) -> Message {
        let asked = &self.0.metadata;
        let mut answer = Message::response(asked.id, asked.op_code);
        answer.metadata.recursion_desired = asked.recursion_desired;
        answer.metadata.recursion_available = true;
        answer
    }
}

/// Names, their addresses, how late and for how long they are told.
#[derive(Debug)]
pub(super) struct Zone {
    records: Vec<(Name, IpAddr)>,
    delay: Duration,
    delays: Vec<(Name, Duration)>,
    ttl_s: u32,
}

impl Zone {
    pub(super) fn new(spec: &NameServerSpec) -> io::Result<Self> {
        let rounded_up = spec.ttl.as_secs() + u64::from(spec.ttl.subsec_nanos() > 0);
        Ok(Self {
            records: named(&spec.records)?,
            delay: spec.delay,
            delays: named(&spec.delays)?,
            ttl_s: u32::try_from(rounded_up).unwrap_or(u32::MAX),
        })
    }

    /// From a query to its answer.
    pub(super) fn delay(&self, asked: &Question) -> Duration {
        let name = asked.0.queries.first().map(Query::name);
        let own = self.delays.iter().find(|(known, _)| Some(known) == name);
        own.map_or(self.delay, |(_, delay)| *delay)
    }

    /// The answer to a query; `None` if there is none that can be written down.
    pub(super) fn answer(&self, asked: &Question) -> Option<Vec<u8>> {
        let mut answer = asked.response();
        match asked.0.queries.first() {
            Some(query) if asked.0.metadata.op_code == OpCode::Query => {
                answer.add_query(query.clone());
                self.fill(&mut answer, query);
            }
            Some(_) => answer.metadata.response_code = ResponseCode::NotImp,
            None => answer.metadata.response_code = ResponseCode::FormErr,
        }
        answer.to_vec().ok()
    }

    fn fill(&self, answer: &mut Message, query: &Query) {
        let name = query.name();
        let mut known = false;
        for (_, address) in self.records.iter().filter(|(known, _)| known == name) {
            known = true;
            let data = match (query.query_type(), *address) {
                (RecordType::A, IpAddr::V4(address)) => RData::A(A(address)),
                (RecordType::AAAA, IpAddr::V6(address)) => RData::AAAA(AAAA(address)),
                _ => continue,
            };
            if query.query_class() == DNSClass::IN {
                answer.add_answer(Record::from_rdata(name.clone(), self.ttl_s, data));
            }
        }
        if !known {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        if answer.answers.is_empty() {
            answer.add_authority(self.start_of_authority(name));
        }
    }

    /// Says for how long the absence may be believed.
    fn start_of_authority(&self, name: &Name) -> Record {
        let data = SOA::new(
            name.clone(),
            name.clone(),
            1,
            REFRESH_S,
            RETRY_S,
            EXPIRE_S,
            self.ttl_s,
        );
        Record::from_rdata(name.clone(), self.ttl_s, RData::SOA(data))
    }
}

fn named<T: Copy>(list: &[(String, T)]) -> io::Result<Vec<(Name, T)>> {
    list.iter()
        .map(|(name, value)| Ok((absolute(name)?, *value)))
        .collect()
}

/// The name with or without its final dot.
pub(super) fn absolute(name: &str) -> io::Result<Name> {
    let parsed = Name::from_ascii(name).map_err(|error| {
        let message = format!("\"{name}\" is not a domain name: {error}");
        io::Error::new(io::ErrorKind::InvalidInput, message)
    });
    let mut parsed = parsed?;
    parsed.set_fqdn(true);
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const DEAD: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const HOME6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
    const DEAD6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));

    fn zone() -> Zone {
        let records = [
            ("shop.demo", HOME),
            ("dead.demo", DEAD),
            ("dead.demo", DEAD6),
            ("dead.demo", HOME),
            ("dead.demo", HOME6),
        ];
        Zone::new(&NameServerSpec {
            records: records.map(|(name, ip)| (name.to_owned(), ip)).into(),
            delay: Duration::from_millis(3),
            delays: vec![("Dead.demo".to_owned(), Duration::from_secs(1))],
            ttl: Duration::from_millis(1500),
            ..NameServerSpec::default()
        })
        .unwrap()
    }

    fn question(name: &str, kind: RecordType) -> Question {
        let mut query = Message::query();
        query.add_query(Query::query(absolute(name).unwrap(), kind));
        Question::read(&query.to_vec().unwrap()).unwrap()
    }

    fn ask(name: &str, kind: RecordType) -> Message {
        let query = question(name, kind);
        let answer = Message::from_vec(&zone().answer(&query).unwrap()).unwrap();
        assert_eq!(answer.metadata.id, query.0.metadata.id);
        assert_eq!(answer.queries, query.0.queries);
        answer
    }

    #[test]
    fn each_family_has_its_addresses_in_the_order_of_the_list() {
        for (kind, expected) in [
            (RecordType::A, [DEAD, HOME]),
            (RecordType::AAAA, [DEAD6, HOME6]),
        ] {
            let answer = ask("dead.demo", kind);
            let addresses = answer.answers.iter().map(|a| a.data.ip_addr().unwrap());
            assert_eq!(addresses.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_name_may_have_a_delay_of_its_own() {
        let delay = |name| zone().delay(&question(name, RecordType::A));
        assert_eq!(delay("shop.demo"), Duration::from_millis(3));
        assert_eq!(delay("DEAD.demo."), Duration::from_secs(1));
    }

    #[test]
    fn a_failure_names_its_question() {
        let query = question("shop.demo", RecordType::A);
        let answer = Message::from_vec(&query.failure().unwrap()).unwrap();
        assert_eq!(answer.metadata.response_code, ResponseCode::ServFail);
        assert_eq!(answer.metadata.id, query.0.metadata.id);
        assert_eq!((answer.queries, answer.answers.len()), (query.0.queries, 0));
    }

    #[test]
    fn a_known_name_has_its_address_in_any_case() {
        for name in ["shop.demo", "Shop.DEMO."] {
            let answer = ask(name, RecordType::A);
            assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
            assert_eq!(answer.answers.len(), 1);
            assert_eq!(answer.answers[0].data, RData::A(A(Ipv4Addr::LOCALHOST)));
            assert_eq!(answer.answers[0].ttl, 2, "1.5 s rounded up");
        }
    }

    #[test]
    fn a_known_name_has_no_other_records_but_exists() {
        let answer = ask("shop.demo", RecordType::AAAA);
        assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
        assert!(answer.answers.is_empty());
        assert_eq!(answer.authorities[0].record_type(), RecordType::SOA);
    }

    #[test]
    fn an_unknown_name_does_not_exist() {
        let answer = ask("other.demo", RecordType::A);
        assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
        assert_eq!(answer.authorities.len(), 1);
    }

    #[test]
    fn answers_are_not_answered() {
        let answer = ask("shop.demo", RecordType::A).to_vec().unwrap();
        assert!(Question::read(&answer).is_none());
    }

    #[test]
    fn a_name_that_is_none_is_refused_by_name() {
        let error = absolute("..").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("\"..\" is not a domain name"));
    }

    proptest! {
        #[test]
        fn any_datagram_is_survived(datagram in prop::collection::vec(any::<u8>(), 0..600)) {
            if let Some(question) = Question::read(&datagram) {
                zone().delay(&question);
                drop((zone().answer(&question), question.failure()));
            }
        }
    }
}

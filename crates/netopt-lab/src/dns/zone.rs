//! From the bytes of a query to the bytes of its answer: a pure function of a handful of records.
//!
//! What it leaves alone: sockets and delays.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, SOA};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

/// The SOA record's timers, which only matter to secondary servers.
const REFRESH_S: i32 = 3600;
const RETRY_S: i32 = 600;
const EXPIRE_S: i32 = 86_400;

/// Names, their addresses, and how long they may be cached.
#[derive(Debug)]
pub(super) struct Zone {
    records: Vec<(Name, Ipv4Addr)>,
    ttl_s: u32,
}

impl Zone {
    pub(super) fn new(records: &[(String, Ipv4Addr)], ttl: Duration) -> io::Result<Self> {
        let records = records
            .iter()
            .map(|(name, address)| Ok((absolute(name)?, *address)))
            .collect::<io::Result<_>>()?;
        let rounded_up = ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0);
        Ok(Self {
            records,
            ttl_s: u32::try_from(rounded_up).unwrap_or(u32::MAX),
        })
    }

    /// The answer to a datagram; `None` if it is not a query that could be answered.
    pub(super) fn answer(&self, datagram: &[u8]) -> Option<Vec<u8>> {
        let asked = Message::from_vec(datagram).ok()?;
        if asked.metadata.message_type != MessageType::Query {
            return None;
        }
        let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
        answer.metadata.recursion_desired = asked.metadata.recursion_desired;
        answer.metadata.recursion_available = true;
        match asked.queries.first() {
            Some(query) if asked.metadata.op_code == OpCode::Query => {
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
            let class = query.query_class();
            if query.query_type() == RecordType::A && class == DNSClass::IN {
                let data = RData::A(A(*address));
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

/// The name with or without its final dot.
fn absolute(name: &str) -> io::Result<Name> {
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

    const HOME: Ipv4Addr = Ipv4Addr::LOCALHOST;

    fn zone() -> Zone {
        let records = [("shop.demo".to_owned(), HOME)];
        Zone::new(&records, Duration::from_millis(1500)).unwrap()
    }

    fn ask(name: &str, kind: RecordType) -> Message {
        let mut query = Message::query();
        query.add_query(Query::query(absolute(name).unwrap(), kind));
        let answer = zone().answer(&query.to_vec().unwrap()).unwrap();
        let answer = Message::from_vec(&answer).unwrap();
        assert_eq!(answer.metadata.id, query.metadata.id);
        assert_eq!(answer.queries, query.queries);
        answer
    }

    #[test]
    fn a_known_name_has_its_address_in_any_case() {
        for name in ["shop.demo", "Shop.DEMO."] {
            let answer = ask(name, RecordType::A);
            assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
            assert_eq!(answer.answers.len(), 1);
            assert_eq!(answer.answers[0].data, RData::A(A(HOME)));
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
        assert_eq!(zone().answer(&answer), None);
    }

    #[test]
    fn a_name_that_is_none_is_refused_by_name() {
        let records = [("..".to_owned(), HOME)];
        let error = Zone::new(&records, Duration::ZERO).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("\"..\" is not a domain name"));
    }

    proptest! {
        #[test]
        fn any_datagram_is_survived(datagram in prop::collection::vec(any::<u8>(), 0..600)) {
            drop(zone().answer(&datagram));
        }
    }
}

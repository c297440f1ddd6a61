//! The request of a job, made again and again: the same each time, or for one of several paths.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use netopt::Stack;
use netopt_core::exchange::Exchange;
use netopt_core::target::Target;
use netopt_core::unit;
use netopt_load::caller::Caller;

use super::beside::{Beside, Running};
use super::mix::Mix;
use crate::exit::Fault;

/// What bodies are made of that mean nothing.
const FILLER: u8 = b'x';

/// The request of a job.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    request: Request<Bytes>,
    mix: Option<Mix>,
}

impl Template {
    /// A request to `target`.
    ///
    /// # Errors
    /// A usage fault that names the offending method or header.
    pub(crate) fn new(
        target: &Target,
        method: &str,
        headers: &[String],
        body: Bytes,
    ) -> Result<Self, Fault> {
        let uri: Uri = target.to_string().parse().map_err(Fault::internal)?;
        let verb: Method = method
            .parse()
            .map_err(|_| Fault::usage(format!("\"{method}\" is not an HTTP method")))?;
        let mut request = Request::new(body);
        *request.uri_mut() = uri;
        *request.method_mut() = verb;
        for line in headers {
            let (name, value) = header_line(line)?;
            request.headers_mut().append(name, value);
        }
        Ok(Self { request, mix: None })
    }

    /// As [`Template::new`], with a body of `size` that means nothing.
    ///
    /// # Errors
    /// As [`Template::new`].
    pub(crate) fn filled(
        target: &Target,
        method: &str,
        headers: &[String],
        size: unit::Bytes,
    ) -> Result<Self, Fault> {
        let size = usize::try_from(size.get()).map_err(Fault::internal)?;
        Self::new(target, method, headers, Bytes::from(vec![FILLER; size]))
    }

    /// The same for these paths.
    #[must_use]
    pub(crate) fn mixed(self, mix: Option<Mix>) -> Self {
        Self { mix, ..self }
    }

    /// What it asks for, if that is more than one thing.
    #[must_use]
    pub(crate) const fn mix(&self) -> Option<&Mix> {
        self.mix.as_ref()
    }

    /// The first request.
    #[must_use]
    pub(crate) fn request(&self) -> Request<Bytes> {
        self.request_of(0)
    }

    /// The request of that call.
    #[must_use]
    pub(crate) fn request_of(&self, index: u64) -> Request<Bytes> {
        let mut request = self.request.clone();
        if let Some(mix) = &self.mix {
            *request.uri_mut() = mix.place(request.uri(), index);
        }
        request
    }

    /// True for the methods that change nothing at the target (RFC 9110 §9.2.1) and that targets expect.
    #[must_use]
    pub(crate) fn is_safe(&self) -> bool {
        matches!(
            *self.request.method(),
            Method::GET | Method::HEAD | Method::OPTIONS
        )
    }
}

/// Headers that say where a message ends and what becomes of the connection: a second opinion about these breaks both.
const FRAMING: [HeaderName; 4] = [
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
];

fn header_line(line: &str) -> Result<(HeaderName, HeaderValue), Fault> {
    let wrong = || {
        Fault::usage(format!(
            "\"{line}\" is not a header of the form \"Name: value\""
        ))
    };
    let (name, value) = line.split_once(':').ok_or_else(wrong)?;
    let name: HeaderName = name.trim().parse().map_err(|_| wrong())?;
    let value = HeaderValue::from_str(value.trim()).map_err(|_| wrong())?;
    if FRAMING.contains(&name) {
        let line = format!(
            "the header {name} is the client's own; use --body, or http.keep_alive in --baseline"
        );
        return Err(Fault::usage(line));
    }
    Ok((name, value))
}

/// A client that makes the request of a job, and beside it what else the client does.
#[derive(Debug)]
pub(super) struct Calls {
    client: Stack,
    template: Template,
    /// Calls made, burn-in included: a block goes on in the list where its burn-in ended.
    made: AtomicU64,
    beside: Option<Beside>,
    /// Begins with the first call.
    running: OnceLock<Running>,
}

impl Calls {
    /// `client`, with what it is to do for `job`.
    pub(super) fn new(client: Stack, template: Template, beside: Option<Beside>) -> Self {
        Self {
            client,
            template,
            made: AtomicU64::new(0),
            beside,
            running: OnceLock::new(),
        }
    }

    /// What the client did beside its calls until now, as far as it has ended.
    pub(super) fn done_beside(&self) -> Vec<Exchange> {
        self.running.get().map(Running::done).unwrap_or_default()
    }
}

impl Caller for Calls {
    async fn call(&self, _: u64) -> Exchange {
        if let Some(beside) = &self.beside {
            self.running
                .get_or_init(|| beside.begin(self.client.clone()));
        }
        let index = self.made.fetch_add(1, Ordering::Relaxed);
        let request = self.template.request_of(index);
        self.client.exchange(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offending_values_are_named() {
        let target: Target = "http://a/".parse().unwrap();
        let fault = |method: &str, header: &str| {
            Template::new(&target, method, &[header.to_owned()], Bytes::new())
                .unwrap_err()
                .to_string()
        };
        assert!(fault("GE T", "a: b").contains("\"GE T\" is not an HTTP method"));
        assert!(fault("GET", "novalue").contains("\"novalue\" is not a header"));
        assert!(fault("GET", "a b: c").contains("\"a b: c\" is not a header"));
        assert!(
            !Template::new(&target, "POST", &[], Bytes::new())
                .unwrap()
                .is_safe()
        );
    }
}

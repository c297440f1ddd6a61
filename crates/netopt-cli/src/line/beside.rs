//! What the client does besides the calls that are measured: uploads, one after the other, by the same client.
//!
//! A small call behind one's own bulk waits in one's own buffers and in the queue of the path. Whether it does depends on the
//! client, so each arm of a trial has uploads of its own, on its own connections, and they begin with its first call. They have
//! a bound of their own on how many there are in any second, and the same on how many there are in all. What this leaves
//! alone: whether the target may be sent uploads, which is asked before.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use netopt::Stack;
use netopt_core::exchange::Exchange;
use netopt_core::target::Target;
use netopt_core::unit;
use netopt_load::budget::Budget;
use tokio::task::AbortHandle;

use super::{Politeness, Template};
use crate::exit::Fault;

/// Uploads that are kept as facts; a line that is quick enough for more tells nothing new by them.
const MOST_KEPT: usize = 200;

/// What the kernel still sends for a client that is gone is through after so long, and the uploads of the next one have
/// filled the path by then.
pub(super) const SETTLES: Duration = Duration::from_secs(1);

/// What the client is to do meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    template: Template,
    /// Shared by all that begin from here: what the target gets is bounded, whatever is tried.
    budget: Arc<Budget>,
}

impl Beside {
    /// Uploads of `size` to `target` with these headers, by bounds that are as those of the calls and apart from them.
    ///
    /// # Errors
    /// A usage fault that names an offending header.
    pub(crate) fn upload(
        target: &Target,
        headers: &[String],
        size: unit::Bytes,
        politeness: Politeness,
    ) -> Result<Self, Fault> {
        Ok(Self {
            template: Template::filled(target, "POST", headers, size)?,
            budget: Arc::new(Budget::new(politeness.rate, politeness.total)),
        })
    }

    /// Begins, on the runtime of the caller, by `client`.
    pub(super) fn begin(&self, client: Stack) -> Running {
        let done = Arc::new(Mutex::new(Vec::new()));
        let (template, budget, kept) = (
            self.template.clone(),
            Arc::clone(&self.budget),
            Arc::clone(&done),
        );
        let task = tokio::spawn(async move {
            while budget.take().await.is_ok() {
                let exchange = client.exchange(template.request()).await;
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() < MOST_KEPT {
                    kept.push(exchange);
                }
            }
        });
        Running {
            done,
            task: task.abort_handle(),
        }
    }
}

/// It goes on until this is dropped; an upload that is half-way then is given up.
#[derive(Debug)]
pub(super) struct Running {
    done: Arc<Mutex<Vec<Exchange>>>,
    task: AbortHandle,
}

impl Running {
    /// What has ended until now.
    pub(super) fn done(&self) -> Vec<Exchange> {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

//! `netopt model message-size`: the sizes that are best, each for another cost.

mod batching;
mod noisy_link;
mod one_link;
mod stop_and_wait;
mod store_and_forward;

use clap::Subcommand;

use super::Formula;
use crate::args::{Asked, DrawArgs, Drawn, OutputArgs};

/// Which cost pulls the other way.
#[derive(Debug, Subcommand)]
pub(crate) enum MessageSize {
    /// One message on one link: the smaller, the sooner
    OneLink(Drawn<one_link::OneLinkArgs>),
    /// Packets over nodes that wait for whole packets: headers against waiting
    StoreAndForward(Drawn<store_and_forward::StoreAndForwardArgs>),
    /// Chunks that are sent one at a time: a round trip of silence each
    StopAndWait(Drawn<stop_and_wait::StopAndWaitArgs>),
    /// Items that are sent together: a fixed cost against waiting
    Batching(Drawn<batching::BatchingArgs>),
    /// Packets on a link that flips bits: headers against losses
    NoisyLink(Drawn<noisy_link::NoisyLinkArgs>),
}

impl MessageSize {
    fn form(&self) -> &dyn Asked {
        match self {
            Self::OneLink(form) => form,
            Self::StoreAndForward(form) => form,
            Self::StopAndWait(form) => form,
            Self::Batching(form) => form,
            Self::NoisyLink(form) => form,
        }
    }
}

impl Asked for MessageSize {
    fn formula(&self) -> &dyn Formula {
        self.form().formula()
    }

    fn output(&self) -> OutputArgs {
        self.form().output()
    }

    fn draw(&self) -> Option<&DrawArgs> {
        self.form().draw()
    }
}

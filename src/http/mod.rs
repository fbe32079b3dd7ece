//! The edge all front ends share: bodies with limits, who the client is, how many at once,
//! answers and whether they arrived, health, and one log line a request.

mod admission;
mod answer;
mod body;
mod boundary;
mod client;
mod connection;
mod content_coding;
mod deadline;
mod expect;
mod framing;
mod health;
mod hosts;
mod log;
mod memory;
mod paced;
mod parting;
mod patience;
mod per_address;
mod public_address;
mod timed;
mod timer;
pub mod tls;
mod transport;
mod unacknowledged;
mod webhook;

pub use admission::Admission;
pub use answer::{AnswerBody, busy, holding, respond};
pub use body::{Body, BodyError, BodyLimits};
pub use client::{ClientAddresses, client_address, is_local};
pub use connection::{ClientStream, Connection};
pub use content_coding::{Content, ContentCoding};
pub use expect::Expectations;
pub use framing::refuse_ambiguous;
pub use health::{Health, admin_routes, healthz};
pub use hosts::{Hosts, refuse_other_hosts};
pub use log::{RequestFacts, log_requests};
pub use memory::{BlockBuffer, BodyMemory};
pub use paced::Paced;
pub use parting::part;
pub use per_address::{PerAddress, Share};
pub use public_address::public_address;
pub use timed::{ConnectionLimits, Timed, time_heads};
pub use transport::Transport;
pub use unacknowledged::Unacknowledged;

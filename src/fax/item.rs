//! Faxes: what names them, the states they go through, what is known of them.

use std::fmt;

use time::OffsetDateTime;

use crate::engine::session::SessionId;

/// The number of a transaction, which is one fax to one recipient: 1 to 999,999,998.
///
/// Clients hold it in signed 32-bit numbers, and 999,999,999 stands for "all" in their queries.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct TransactionId(pub i32);

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a submission, which is one call and may be a batch of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct SubmissionId(pub i64);

/// Where a transaction is in its life.
///
/// `Waiting -> Delivering -> HandedOver -> Sent | Failed`; a failed attempt goes back to `Waiting`
/// while it may be repeated. `Waiting | Delivering | HandedOver -> Cancelled | Failed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionState {
    /// Waits for its time, or for its turn.
    Waiting,
    /// Is being handed over to a delivery.
    Delivering,
    /// A delivery has it; the outcome is not known yet.
    HandedOver,
    /// A delivery says that it was sent.
    Sent,
    /// Given up.
    Failed,
    /// Given up by its client or by an operator.
    Cancelled,
}

impl TransactionState {
    /// Every state, in the order of a transaction's life.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Delivering,
        Self::HandedOver,
        Self::Sent,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The state's name in the database, on the command line and in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivering => "delivering",
            Self::HandedOver => "handed_over",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether nothing more will happen by itself.
    pub fn is_over(self) -> bool {
        match self {
            Self::Waiting | Self::Delivering | Self::HandedOver => false,
            Self::Sent | Self::Failed | Self::Cancelled => true,
        }
    }
}

impl fmt::Display for TransactionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The size of a fax's pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
pub enum PageSize {
    /// 210 x 297 mm.
    #[default]
    A4,
    /// 8.5 x 11 in.
    Letter,
    /// 8.5 x 14 in.
    Legal,
    /// 250 x 353 mm.
    B4,
}

impl PageSize {
    /// Every size.
    pub const ALL: [Self; 4] = [Self::A4, Self::Letter, Self::Legal, Self::B4];

    /// Its name in the database and for clients.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A4 => "A4",
            Self::Letter => "Letter",
            Self::Legal => "Legal",
            Self::B4 => "B4",
        }
    }

    /// The size of this name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|size| size.as_str().eq_ignore_ascii_case(name))
    }
}

/// How a fax is to be sent and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FaxOptions {
    /// For the sender's lists.
    pub subject: String,
    /// Where the sender wants to hear of it.
    pub reply_address: String,
    /// The sender's identification, at most 20 characters.
    pub sender_csid: String,
    /// The line at the top of each page.
    pub page_header: String,
    /// The client's own name for it.
    pub job_id: String,
    /// The size of the pages.
    pub page_size: PageSize,
    /// Whether the pages lie on their long side.
    pub landscape: bool,
    /// Fine resolution (204 x 196 dots per inch), else standard (204 x 98).
    pub high_resolution: bool,
    /// Grey tones, else black and white.
    pub fine_rendering: bool,
    /// How often it is sent again after it failed.
    pub retries: u32,
    /// Not before; none = now.
    #[serde(with = "time::serde::rfc3339::option")]
    pub postponed_until: Option<OffsetDateTime>,
}

/// A document of a fax.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FaxDocument {
    /// Its type as the client named it, in upper case: `PDF`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes.
    pub length: u64,
}

/// A transaction with everything its submission says.
#[derive(Clone, Debug, serde::Serialize)]
pub struct FaxItem {
    /// Its number.
    pub id: TransactionId,
    /// The first transaction of its batch; itself if there is no other.
    pub parent: TransactionId,
    /// How many transactions its batch has.
    pub batch_size: u32,
    /// The call it came with.
    pub submission: SubmissionId,
    /// The account's number; none if it is gone.
    #[serde(skip)]
    pub account: Option<i64>,
    /// The account's name when it was submitted.
    pub user: String,
    /// The front end it came through.
    pub protocol: String,
    /// Where it came from.
    pub client_address: String,
    /// Where it is in its life.
    pub state: TransactionState,
    /// The original service's number for that: 0 sent, above 0 failed, below 0 under way.
    pub status: i32,
    /// Why it failed.
    pub status_text: String,
    /// The fax number.
    pub recipient: String,
    /// The recipient's name.
    pub contact: String,
    /// Whether its owner does not want to see it in lists.
    pub hidden: bool,
    /// The rest of what was asked for.
    #[serde(flatten)]
    pub options: FaxOptions,
    /// The transaction whose documents are sent again.
    pub resend_of: Option<TransactionId>,
    /// The upload in which its documents lie; none if that is past its retention.
    pub session: Option<SessionId>,
    /// Attempts that a delivery has accepted.
    pub trials: u32,
    /// Pages that arrived.
    pub pages_sent: u32,
    /// Seconds of the last attempt.
    pub duration: u32,
    /// The identification of the machine that answered.
    pub remote_csid: String,
    /// When it was submitted.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was sent or given up.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Whether nobody ever tried to send it: its delivery was away for too long, or refuses it.
    pub dead_letter: bool,
    /// What is still to be done for it; none when it is over.
    pub queue: Option<Queued>,
}

impl FaxItem {
    /// Whether this is the first transaction of its batch, or the only one.
    pub fn is_parent(&self) -> bool {
        self.parent == self.id
    }
}

/// A transaction's place in the outbox.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Queued {
    /// The delivery it goes to.
    pub delivery: String,
    /// Which transmission this is, from 1.
    pub attempt: u32,
    /// When something happens next: the hand-over, the end of its lease, the end of patience.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// Hand-overs of this attempt that failed one after another.
    pub failures: u32,
    /// Why the last one did, or the attempt before.
    pub last_error: String,
    /// Whether somebody wants it cancelled.
    pub cancel_requested: bool,
    /// When the delivery took it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub handed_over_at: Option<OffsetDateTime>,
}

//! What clients ask of their faxes.

use time::OffsetDateTime;

use super::item::TransactionId;

/// Some of an account's faxes; what is `None` does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaxFilter {
    /// From this one on.
    pub first: Option<TransactionId>,
    /// Up to this one.
    pub last: Option<TransactionId>,
    /// Among these.
    pub among: Option<Vec<TransactionId>>,
    /// Of this batch.
    pub batch: Option<TransactionId>,
    /// Only those under way.
    pub only_active: bool,
    /// Hidden ones, too.
    pub with_hidden: bool,
}

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The same, without regard to case.
    Equals,
    /// Another one.
    NotEquals,
    /// Above.
    GreaterThan,
    /// Above, or the same.
    GreaterOrEqual,
    /// Below.
    LessThan,
    /// Below, or the same.
    LessOrEqual,
    /// Like a pattern in which `%` stands for any text and `_` for any character; behind `\`, a
    /// character stands for itself.
    Like,
    /// One of several.
    IncludedIn,
    /// From the first to the second of two.
    Between,
    /// There is none.
    Missing,
    /// There is one.
    Exists,
}

impl Comparison {
    /// Every comparison.
    pub const ALL: [Self; 11] = [
        Self::Equals,
        Self::GreaterThan,
        Self::GreaterOrEqual,
        Self::LessThan,
        Self::LessOrEqual,
        Self::Like,
        Self::IncludedIn,
        Self::Between,
        Self::NotEquals,
        Self::Missing,
        Self::Exists,
    ];

    /// Its name in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::NotEquals => "NotEquals",
            Self::GreaterThan => "GreaterThan",
            Self::GreaterOrEqual => "GreaterOrEqual",
            Self::LessThan => "LessThan",
            Self::LessOrEqual => "LessOrEqual",
            Self::Like => "Like",
            Self::IncludedIn => "IncludedIn",
            Self::Between => "Between",
            Self::Missing => "Missing",
            Self::Exists => "Exists",
        }
    }
}

/// A condition on a text or a number: one value for most comparisons, two for `Between`, any
/// number for `IncludedIn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition<T> {
    /// How.
    pub comparison: Comparison,
    /// With what.
    pub data: Vec<T>,
}

/// The column by which found faxes are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderBy {
    /// By number.
    #[default]
    TransactionId,
    /// By when they were submitted.
    SubmitTime,
    /// By when they ended.
    CompletionTime,
    /// By status.
    Status,
    /// By the recipient's number.
    DestinationFax,
    /// By subject.
    Subject,
    /// By pages.
    PagesSent,
    /// By the account's name.
    UserId,
    /// By the reply address.
    ReplyEmail,
}

impl OrderBy {
    /// Every column.
    pub const ALL: [Self; 9] = [
        Self::TransactionId,
        Self::SubmitTime,
        Self::CompletionTime,
        Self::Status,
        Self::DestinationFax,
        Self::Subject,
        Self::PagesSent,
        Self::UserId,
        Self::ReplyEmail,
    ];

    /// Its name in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TransactionId => "TransactionID",
            Self::SubmitTime => "SubmitTime",
            Self::CompletionTime => "CompletionTime",
            Self::Status => "Status",
            Self::DestinationFax => "DestinationFax",
            Self::Subject => "Subject",
            Self::PagesSent => "PagesSent",
            Self::UserId => "UserID",
            Self::ReplyEmail => "ReplyEmail",
        }
    }
}

/// A search among an account's faxes: those that meet all conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaxSearch {
    /// On the subject.
    pub subject: Option<Condition<String>>,
    /// On the recipient's number.
    pub recipient: Option<Condition<String>>,
    /// On the account's name.
    pub user: Option<Condition<String>>,
    /// On the reply address.
    pub reply_address: Option<Condition<String>>,
    /// On the number of the transaction.
    pub id: Option<Condition<i64>>,
    /// On the number of its batch.
    pub parent: Option<Condition<i64>>,
    /// On the status.
    pub status: Option<Condition<i64>>,
    /// Submitted then or later.
    pub from: Option<OffsetDateTime>,
    /// Submitted then or before.
    pub to: Option<OffsetDateTime>,
    /// Hidden ones, too.
    pub with_hidden: bool,
    /// Only the first of each batch.
    pub only_parents: bool,
    /// In which order.
    pub order_by: OrderBy,
    /// The smallest first.
    pub ascending: bool,
    /// How many at most.
    pub limit: u32,
    /// How many are passed over first.
    pub skip: u64,
}

/// How many faxes have a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCount {
    /// The status.
    pub status: i32,
    /// How many.
    pub count: u64,
}

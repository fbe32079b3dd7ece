//! Deliveries.
//!
//! | file           | rule |
//! |----------------|------|
//! | `contract`     | what any delivery must do, as functions of a harness |
//! | `hylafax`      | a HylaFAX server gets each fax once, whatever breaks |
//! | `ledger`       | what deliveries know of their attempts is decided once |
//! | `side_by_side` | one that is slow holds up no other |
//! | `spool`        | the spool does it, on disks that lose power and fail, beside any consumer |
//! | `webhook`      | so does the webhook, with any receiver, on networks that fail |
//! | `rows`         | no rule: a database whose outbox has the faxes of the contract |
//! | `support`      | no rule: faxes and their bytes |

mod contract;
pub mod hylafax;
mod ledger;
mod rows;
mod side_by_side;
mod spool;
mod support;
mod webhook;

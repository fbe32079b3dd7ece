//! The webhook.
//!
//! | file           | rule |
//! |----------------|------|
//! | `kept`         | it keeps the contract |
//! | `receiver`     | no rule: a service as the documentation wants it, that can be told to fail |
//! | `signed`       | no rule: signatures by other code than the gateway's |
//! | `support`      | no rule: deliveries to a receiver |

mod kept;
mod receiver;
mod signed;
mod support;

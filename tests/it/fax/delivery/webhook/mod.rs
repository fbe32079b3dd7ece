//! The webhook.
//!
//! | file           | rule |
//! |----------------|------|
//! | `kept`         | it keeps the contract |
//! | `posted`       | what is posted: parts, description, key, signature |
//! | `answers`      | what becomes of a fax after each answer of the service |
//! | `decided`      | what is written down, and when |
//! | `withdrawals`  | taking faxes back, after each answer of the service |
//! | `silence`      | services that are slow or say nothing are waited for, but not for ever |
//! | `receiver`     | no rule: a service as the documentation wants it, that can be told to fail |
//! | `signed`       | no rule: signatures by other code than the gateway's |
//! | `support`      | no rule: deliveries to a receiver |

mod answers;
mod decided;
mod kept;
mod posted;
mod receiver;
mod signed;
mod silence;
mod support;
mod withdrawals;

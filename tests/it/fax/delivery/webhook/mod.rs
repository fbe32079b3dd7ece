//! The webhook.
//!
//! | file           | rule |
//! |----------------|------|
//! | `kept`         | it keeps the contract |
//! | `posted`       | what is posted: parts, description, key, signature |
//! | `streamed`     | never more of a fax is in memory than the connection takes |
//! | `answers`      | what becomes of a fax after each answer of the service |
//! | `decided`      | what is written down, and when |
//! | `withdrawals`  | taking faxes back, after each answer of the service |
//! | `silence`      | services that are slow or say nothing are waited for, but not for ever |
//! | `story`        | a document from its upload to a fax that the service has sent, failed or cancelled |
//! | `statuses`     | what the service says by itself, and what it is told |
//! | `places`       | where faxes may be posted to: which addresses, whatever a name says |
//! | `tls`          | it keeps the contract inside TLS; whom it is spoken to, and who is refused |
//! | `secrets`      | no log line holds the secret, a signature, a document or the query of an address |
//! | `documented`   | the code in `docs/WEBHOOK.md` works |
//! | `faults`       | whatever fails between gateway and service: every fax is sent once |
//! | `killed`       | the same with a gateway that is killed |
//! | `load`         | a thousand faxes end as the service says |
//! | `sending`      | no rule: whoever sends what the receiver has, and says so |
//! | `gateways`     | no rule: gateways whose faxes go to a receiver |
//! | `receiver`     | no rule: a service as the documentation wants it, that can be told to fail |
//! | `signed`       | no rule: signatures by other code than the gateway's |
//! | `support`      | no rule: deliveries to a receiver |

mod answers;
mod decided;
mod documented;
mod faults;
mod gateways;
mod kept;
mod killed;
mod load;
mod places;
mod posted;
mod receiver;
mod secrets;
mod sending;
mod signed;
mod silence;
mod statuses;
mod story;
mod streamed;
mod support;
mod tls;
mod withdrawals;

//! Whatever fails, and whenever: a fax is sent once and ends as it should.
//!
//! | file               | rule |
//! |--------------------|------|
//! | `outbox_model`     | random scripts of workers, deliveries, clients and time leave the rows of a model |
//! | `every_step`       | a gateway killed between any two steps: the next one goes on, every attempt is transmitted once |
//! | `late`             | whoever has lost a fax hands nothing over any more |
//! | `submit_faults`    | connections, calls and processes that break while a submission is written down: one fax, and one number |
//! | `replaced`         | a gateway whose place another one has taken submits nothing |
//! | `two_gateways`     | gateways share an outbox and a spool, and die: every fax is sent once |
//! | `races`            | a fax is cancelled or sent, its documents are dropped or sent again: never both |
//! | `spool_faults`     | a spool that is full, read-only or in doubt: faxes wait, say why, and are given up when that is certain |
//! | `database_restart` | the database goes away and comes back: every fax is sent once, soon, and without a flood of warnings |
//! | `killed`           | `kill -9` under load: what clients were given numbers for is transmitted once, byte for byte |
//! | `shipping`         | no rule: the clients and the consumer of a real gateway |
//! | `support`          | no rule: a database with faxes in it, watched repositories, a consumer |
//!
//! `CHUNKGATE_TEST_CASES` is the number of scripts, `CHUNKGATE_TEST_CRASHES` the number of kills.

mod database_restart;
mod every_step;
mod killed;
mod late;
mod outbox_model;
mod races;
mod replaced;
pub mod shipping;
mod spool_faults;
mod submit_faults;
mod support;
mod two_gateways;

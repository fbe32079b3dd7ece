//! The delivery `hylafax`, against Debian's own server.
//!
//! | file           | rule |
//! |----------------|------|
//! | `kept`         | the contract of all deliveries |
//! | `parameters`   | what a fax asks for stands in the queue file |
//! | `documents`    | documents as they are, texts typeset, others refused |
//! | `states`       | how a job goes and ends is told, with pages, seconds and who answered |
//! | `every_step`   | cut, killed or late between any two commands: one job at the end |
//! | `withdrawn`    | taking back kills the job, or says how it ended |
//! | `away`         | a server that is away, slow, strange or does not let us in is named, and waited for |
//! | `gateways`     | with a gateway: a fax leaves, its account chooses, a thousand arrive once |
//! | `desk`         | no rule: a server, rows, and who plays the modem |
//! | `line`         | no rule: a connection that is cut at any command |
//! | `server`       | no rule: hfaxd and faxq of the test's own |

mod away;
mod desk;
mod documents;
mod every_step;
mod gateways;
mod kept;
mod line;
mod parameters;
pub mod server;
mod states;
mod withdrawn;

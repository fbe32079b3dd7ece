//! Faxes.
//!
//! | file               | rule |
//! |--------------------|------|
//! | `story`            | a document from its first chunk to a fax that was sent |
//! | `validation_order` | what a submission is told first when several things are wrong |
//! | `file_sizes`       | the grammar of `FileSizes`, and the upload it may name |
//! | `documents`        | documents reach the spool with the bytes and types their client gave them |
//! | `recipients`       | a transaction for each number, all of one batch |
//! | `options`          | how a fax is to be sent: cut, counted and passed on |
//! | `postpone`         | not before then, or at once |
//! | `session_once`     | an upload is faxed once |
//! | `doubts`           | `FileSizes` decides which of two equal chunks were sent again |
//! | `leases`           | what a dead gateway was doing with a fax goes on with the next one |
//! | `lost_answer`      | a submission sent again because its answer was lost is the same fax |
//! | `statuses`         | `FaxStatus`, `FaxStatusEx`, `FaxStatusXML`: which faxes, and their numbers |
//! | `statuses::fields` | what these say of a fax |
//! | `query`            | `FaxQuery` |
//! | `search`           | `FaxQuery2`, `FaxQuery3`: conditions |
//! | `search::answers`  | the same: order, portions, statistics |
//! | `cancel`           | a cancelled fax is not sent and never will be |
//! | `hide`             | faxes that their owner does not want to see |
//! | `resend`           | the documents of an earlier fax once more |
//! | `retries`          | a fax that failed is sent again, as often as it may be |
//! | `overdue`          | a fax of which nobody says how it ended has failed |
//! | `file_types`       | the types of documents that are taken |
//! | `error_codes`      | what numbers mean |
//! | `get_fax_image`    | `GetFaxImage` |
//! | `retention`        | what is kept of faxes that are over, and how long |
//! | `accounts`         | faxes and the accounts they belong to |
//! | `forms`            | the bytes of answers by HTTP POST and GET |
//! | `metrics`          | what operators see |
//! | `faults`           | whatever fails, and whenever: a fax is sent once and ends as it should |
//! | `delivery`         | what any delivery must do, and those there are |
//! | `image`            | documents become one TIFF of fax pages |
//! | `image::sandbox`   | whatever a document does, it reads nothing, fills nothing and leaves nothing behind |
//! | `image::bounds`    | so many images at once and so long; what is given up is killed |
//! | `support`          | no rule: the words they are written in |

mod accounts;
mod cancel;
pub mod delivery;
mod documents;
mod doubts;
mod error_codes;
mod faults;
mod file_sizes;
mod file_types;
mod forms;
mod get_fax_image;
mod hide;
mod image;
mod leases;
mod lost_answer;
mod metrics;
mod options;
mod overdue;
mod postpone;
mod query;
mod recipients;
mod resend;
mod retention;
mod retries;
mod search;
mod session_once;
mod statuses;
mod story;
pub mod support;
mod validation_order;

//! The engine on a real database.
//!
//! | file           | rule |
//! |----------------|------|
//! | `lost_answers` | a chunk sent again because its answer was lost is stored once; an equal one after a delivered answer is data |
//! | `equal_chunks` | what an equal chunk is, and what is noted where nobody can tell |
//! | `model`        | whatever clients, engines and time do, a session holds what its client believes it sent |
//! | `groups`       | groups of two engines never block each other, and no append changes another's answer |
//! | `concurrency`  | chunks that come at the same time are all stored, each once |
//! | `ending`       | a session ends once: cancelled, consumed or expired, and gives up all its bytes |
//! | `outages`      | without the database a request fails within its limits, and works again within two seconds of the return |
//! | `overtaken`    | a request that its own repetition has overtaken changes nothing |
//! | `refusals`     | what is wrong with a session, an account and a chunk is told in the original order |
//! | `replaced`     | a gateway whose place another one has taken changes nothing |
//! | `accounts`     | guesses are slowed down, changes of an account hold at once |
//! | `hot`          | an append stays a heap-only update |

mod accounts;
mod concurrency;
mod ending;
mod equal_chunks;
mod groups;
mod hot;
mod lost_answers;
mod model;
mod outages;
mod overtaken;
mod refusals;
mod replaced;
pub mod support;

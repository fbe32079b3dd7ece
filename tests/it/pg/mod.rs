//! The gateway's own Postgres.
//!
//! | file              | rule |
//! |-------------------|------|
//! | `test_database`   | the tests' own server: one for each run, a database for each test |

mod test_database;

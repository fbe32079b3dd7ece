//! Hostile input against the running program.
//!
//! | file        | what it holds |
//! |-------------|------|
//! | `attack`    | an attack: a name, a request, the answer it has to get |
//! | `documents` | attacks on the XML reader |
//! | `gzip`      | attacks that are small until they are decoded |
//! | `soap`      | attacks on SOAP, of the known catalogues |
//! | `http`      | attacks on lengths and heads |
//! | `victim`    | the gateway under attack, and how to see what an attack did to it |
//! | `table`     | every attack gets its answer, costs no more than a valid request, leaves memory and sessions as they were |
//! | `cut`       | a request cut at every byte |
//! | `beside`    | other clients keep their speed |
//! | `slow`      | slow heads, bodies and readers, with `slowhttptest` |

mod attack;
mod beside;
mod cut;
mod documents;
mod gzip;
mod http;
mod slow;
mod soap;
mod table;
mod victim;

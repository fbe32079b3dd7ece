//! The front ends: each speaks one legacy protocol to the one engine.
//!
//! | folder       | speaks |
//! |--------------|--------|
//! | [`interfax`] | the InterFAX SOAP service, `dfs.asmx` |

pub mod interfax;

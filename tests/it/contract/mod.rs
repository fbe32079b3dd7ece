//! The contract of `dfs.asmx`: the vendor's facts, the service description and the table of
//! operations say the same.
//!
//! - `facts.txt`: what the vendor's descriptions say about the operations served, and where ours
//!   differs on purpose
//! - `described`: what `wsdl/dfs.wsdl` says, in the same lines
//! - `dispatched`: what the table of operations says, in the same lines
//! - `agree`: an operation that is missing from one of them, or told differently, is found
//! - `own_types`: structures, arrays and enumerations are told in the same lines, too

mod agree;
mod described;
mod dispatched;
mod own_types;

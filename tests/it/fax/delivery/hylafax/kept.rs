//! HylaFAX keeps the contract.

use super::{desk::Desk, server::is_here};

crate::delivery_contract!(Desk::new().await, if is_here().await);

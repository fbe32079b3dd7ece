//! What the tests stand on.

pub mod gateway;
pub mod postgres;
pub mod proxy;
pub mod retrying;
pub mod soap;

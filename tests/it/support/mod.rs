//! What the tests stand on.

pub mod alone;
pub mod eventually;
pub mod gateway;
pub mod outage;
pub mod postgres;
pub mod request;
pub mod soap;
pub mod wire;

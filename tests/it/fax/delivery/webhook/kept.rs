//! The webhook keeps the contract.

use futures_util::{FutureExt, future::BoxFuture};

use super::support::{Lazy, Office};

type Make = fn() -> BoxFuture<'static, Office>;

mod over_http {
    use super::*;

    crate::delivery_contract!(Lazy::new((|| Office::new().boxed()) as Make));
}

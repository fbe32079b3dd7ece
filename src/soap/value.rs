//! What goes back to a client, before it is written.

use bytes::Bytes;
use time::OffsetDateTime;

use super::{Data, date_time};

/// A result, or a value within one. What is null is not here, but left out where it would be.
#[derive(Debug)]
pub enum Value {
    /// The text of a simple value.
    Text(String),
    /// The base64 of some bytes.
    Data(Data),
    /// The fields of a structure that are not null, in the order of the description.
    Structure(Vec<(&'static str, Value)>),
    /// An array.
    Array {
        /// The name of each item's element.
        item: &'static str,
        /// The items; one that is null is written as nil.
        items: Vec<Option<Value>>,
    },
}

impl Value {
    /// A structure whose fields are added with [`field`](Self::field).
    pub fn structure() -> Self {
        Self::Structure(Vec::new())
    }

    /// The structure with another field; one that is null is left out.
    ///
    /// # Panics
    /// If this is not a structure.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl IntoValue) -> Self {
        let Self::Structure(fields) = &mut self else {
            unreachable!("only structures have fields");
        };
        fields.extend(value.into_value().map(|value| (name, value)));
        self
    }

    /// An array of elements called `item`.
    pub fn array(item: &'static str, items: impl IntoIterator<Item = impl IntoValue>) -> Self {
        let items = items.into_iter().map(IntoValue::into_value).collect();
        Self::Array { item, items }
    }

    /// A `dateTime`, in UTC; none is the first moment of the original's calendar.
    pub fn date_time(time: Option<OffsetDateTime>) -> Self {
        Self::Text(date_time::written(time))
    }

    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::Data(Data::bytes(bytes))
    }

    /// The text, if it is a simple value.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Data(_) | Self::Structure(_) | Self::Array { .. } => None,
        }
    }

    /// The same for people, with the number of bytes in place of data.
    pub(super) fn shown(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.clone()),
            Self::Data(data) => Self::Text(format!("({} bytes)", data.length())),
            Self::Structure(fields) => {
                let fields = fields.iter().map(|(name, value)| (*name, value.shown()));
                Self::Structure(fields.collect())
            }
            Self::Array { item, items } => {
                let items = items.iter().map(|item| item.as_ref().map(Self::shown));
                Self::Array {
                    item,
                    items: items.collect(),
                }
            }
        }
    }
}

/// What can be made a [`Value`], or is null.
pub trait IntoValue {
    /// The value, unless it is null.
    fn into_value(self) -> Option<Value>;
}

impl IntoValue for Value {
    fn into_value(self) -> Option<Value> {
        Some(self)
    }
}

impl IntoValue for Data {
    fn into_value(self) -> Option<Value> {
        Some(Value::Data(self))
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Option<Value> {
        self.and_then(T::into_value)
    }
}

/// Types whose text is what they print, decimals as text among them.
macro_rules! printed {
    ($($kind:ty),*) => {$(
        impl IntoValue for $kind {
            fn into_value(self) -> Option<Value> {
                Some(Value::Text(self.to_string()))
            }
        }
    )*};
}

printed!(i16, i32, i64, bool, &str);

impl IntoValue for String {
    fn into_value(self) -> Option<Value> {
        Some(Value::Text(self))
    }
}

//! What a service offers, in the words of its description.

/// A service: what dispatch, form bindings and help page have in common.
///
/// The WSDL is written by hand, because its form is what old tools were tried with; a test holds
/// it against this table.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// The service's name.
    pub name: &'static str,
    /// Its namespace: of its elements, and, followed by `/Operation`, of its actions.
    pub namespace: &'static str,
    /// Its operations, in the order of the description.
    pub operations: &'static [Operation],
}

impl Contract {
    /// The operation of that name; case matters.
    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations
            .iter()
            .find(|operation| operation.name == name)
    }

    /// The operation of that SOAP action.
    pub fn operation_of_action(&self, action: &str) -> Option<&'static Operation> {
        let name = action.strip_prefix(self.namespace)?.strip_prefix('/')?;
        self.operation(name)
    }
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name, which is also that of the element in Body.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Its parameters, in the order of the description.
    pub parameters: &'static [Parameter],
    /// The type of its result.
    pub result: Type,
}

impl Operation {
    /// Whether the HTTP GET and POST bindings have it: they cannot carry `ref` parameters back.
    pub fn has_form(&self) -> bool {
        self.parameters.iter().all(|parameter| !parameter.by_ref)
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its element's name, and its field's in a form.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// Whether it comes back beside the result (`ref` in the original's language).
    pub by_ref: bool,
    /// A value for the help page, as text.
    pub example: &'static str,
    /// Whether what is entered for it is never shown again.
    pub is_secret: bool,
}

impl Parameter {
    /// A parameter that goes in.
    pub const fn new(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            kind,
            by_ref: false,
            example: kind.example(),
            is_secret: false,
        }
    }

    /// A parameter that goes in and comes back.
    pub const fn by_ref(name: &'static str, kind: Type) -> Self {
        Self {
            by_ref: true,
            ..Self::new(name, kind)
        }
    }

    /// With an example that says more than its type does.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// Never shown again.
    #[must_use]
    pub const fn secret(self) -> Self {
        Self {
            is_secret: true,
            ..self
        }
    }
}

/// A type of XML Schema, as far as parameters and results use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string`; may be missing.
    String,
    /// `base64Binary`; may be missing.
    Base64Binary,
    /// `boolean`.
    Boolean,
    /// `int`, 32 bits.
    Int,
    /// `long`, 64 bits.
    Long,
    /// `dateTime`.
    DateTime,
}

impl Type {
    /// Its name in XML Schema.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Base64Binary => "base64Binary",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::DateTime => "dateTime",
        }
    }

    /// A value of this type, as text; the bytes are those of `Hello`.
    pub const fn example(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Base64Binary => "SGVsbG8=",
            Self::Boolean => "false",
            Self::Int | Self::Long => "0",
            Self::DateTime => "2001-12-31T00:00:00Z",
        }
    }

    /// Whether a value may be missing (`minOccurs="0"`): it is a reference in the original's
    /// language.
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::String | Self::Base64Binary)
    }
}

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
    /// The names of its parameters.
    pub fn parameter_names(&self) -> Vec<&'static str> {
        self.parameters.iter().map(|it| it.name).collect()
    }

    /// Whether the HTTP GET and POST bindings have it: they cannot carry `ref` parameters back, and
    /// of values only the simple ones.
    pub fn has_form(&self) -> bool {
        let fits = |parameter: &Parameter| !parameter.by_ref && parameter.kind.is_primitive();
        self.parameters.iter().all(fits)
    }

    /// Whether it can be tried with a form: `ref` parameters are shown beside the result there.
    pub fn has_test_form(&self) -> bool {
        let mut parameters = self.parameters.iter();
        parameters.all(|parameter| parameter.kind.is_field())
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
    /// Whether it is a document's text, of any length: a `string` that is never held.
    pub is_document: bool,
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
            is_document: false,
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

    /// A document's text, which is taken with [`Parameters::text`](super::Parameters::text).
    ///
    /// # Panics
    /// If this is no `string`.
    #[must_use]
    pub const fn document(self) -> Self {
        assert!(matches!(self.kind, Type::String), "text is a string");
        Self {
            is_document: true,
            ..self
        }
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

/// A type of parameters, results and fields: one of XML Schema's, or one of the service's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string`; may be missing.
    String,
    /// `base64Binary`; may be missing.
    Base64Binary,
    /// `boolean`.
    Boolean,
    /// `short`, 16 bits.
    Short,
    /// `int`, 32 bits.
    Int,
    /// `long`, 64 bits.
    Long,
    /// `decimal`.
    Decimal,
    /// `dateTime`.
    DateTime,
    /// One of some words.
    Enumeration(&'static Enumeration),
    /// Named fields.
    Structure(&'static Structure),
    /// Any number of structures; may be missing.
    Array(&'static Array),
}

/// Some words; one that is missing is the first of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Enumeration {
    /// Its name in the service's namespace.
    pub name: &'static str,
    /// The words; there is at least one.
    pub values: &'static [&'static str],
}

/// Named fields in the order of the description.
#[derive(Debug, PartialEq, Eq)]
pub struct Structure {
    /// Its name in the service's namespace.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// Whether it may be missing: in the original's language it is then a class.
    pub is_reference: bool,
}

impl Structure {
    /// The names of its fields.
    pub fn field_names(&self) -> Vec<&'static str> {
        self.fields.iter().map(|it| it.name).collect()
    }
}

/// A field of a structure.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its element's name.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// A value for the help page, as text.
    pub example: &'static str,
}

impl Field {
    /// A field.
    pub const fn new(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            kind,
            example: kind.example(),
        }
    }

    /// With an example that says more than its type does.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}

/// Any number of structures of one kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Array {
    /// Its name in the service's namespace.
    pub name: &'static str,
    /// The name of each item's element.
    pub item: &'static str,
    /// What the items are.
    pub of: &'static Structure,
    /// Whether the description calls items nillable: those that may be null.
    pub nillable: bool,
}

impl Type {
    /// Its name, in XML Schema or in the service's namespace.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Base64Binary => "base64Binary",
            Self::Boolean => "boolean",
            Self::Short => "short",
            Self::Int => "int",
            Self::Long => "long",
            Self::Decimal => "decimal",
            Self::DateTime => "dateTime",
            Self::Enumeration(it) => it.name,
            Self::Structure(it) => it.name,
            Self::Array(it) => it.name,
        }
    }

    /// A value of this type, as text; the bytes are those of `Hello`. Structures and arrays have
    /// the examples of their fields.
    pub const fn example(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Base64Binary => "SGVsbG8=",
            Self::Boolean => "false",
            Self::Short | Self::Int | Self::Long | Self::Decimal => "0",
            Self::DateTime => "2001-12-31T00:00:00Z",
            Self::Enumeration(it) => it.values[0],
            Self::Structure(_) | Self::Array(_) => "",
        }
    }

    /// Whether a value may be missing (`minOccurs="0"`): it is a reference in the original's
    /// language.
    pub const fn is_optional(self) -> bool {
        match self {
            Self::String | Self::Base64Binary | Self::Array(_) => true,
            Self::Structure(it) => it.is_reference,
            Self::Boolean
            | Self::Short
            | Self::Int
            | Self::Long
            | Self::Decimal
            | Self::DateTime
            | Self::Enumeration(_) => false,
        }
    }

    /// Whether it is one of XML Schema's.
    pub const fn is_primitive(self) -> bool {
        match self {
            Self::String
            | Self::Base64Binary
            | Self::Boolean
            | Self::Short
            | Self::Int
            | Self::Long
            | Self::Decimal
            | Self::DateTime => true,
            Self::Enumeration(_) | Self::Structure(_) | Self::Array(_) => false,
        }
    }

    /// Whether a value can be entered into one field of a form.
    pub const fn is_field(self) -> bool {
        self.is_primitive() || matches!(self, Self::Enumeration(_))
    }

    /// The fields within a value: the structure's, or those of an array's items.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Structure(it) => it.fields,
            Self::Array(it) => it.of.fields,
            Self::String
            | Self::Base64Binary
            | Self::Boolean
            | Self::Short
            | Self::Int
            | Self::Long
            | Self::Decimal
            | Self::DateTime
            | Self::Enumeration(_) => &[],
        }
    }
}

//! Objects that keep the fields they have no name for, read in one pass: serde's `flatten` would hold every one of
//! those values twice, on the way of every event of a stream.

/// Implements `Deserialize` for a struct with a map `extra`. Of its fields, `required` ones have to be there, `plain`
/// ones have a default, and `nullable` ones have it for `null`, too; a `vector` is in one of the forms of vectors. A field that is named otherwise in JSON says so:
/// `kind as "type": plain`.
macro_rules! open_object {
    ($type:ident { $($field:ident $(as $json:literal)?: $kind:ident),* $(,)? }) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[allow(non_camel_case_types, reason = "named like the fields")]
                enum Name {
                    $($field,)*
                    Other(String),
                }

                struct NameVisitor;

                impl serde::de::Visitor<'_> for NameVisitor {
                    type Value = Name;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str("a field name")
                    }

                    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                        Ok(match name {
                            $(crate::types::open::open_object!(@name $field $($json)?) => Name::$field,)*
                            other => Name::Other(other.to_owned()),
                        })
                    }
                }

                impl<'de> serde::Deserialize<'de> for Name {
                    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                        deserializer.deserialize_identifier(NameVisitor)
                    }
                }

                struct ObjectVisitor;

                impl<'de> serde::de::Visitor<'de> for ObjectVisitor {
                    type Value = $type;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str(concat!("struct ", stringify!($type)))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut entries: A) -> Result<$type, A::Error> {
                        $(let mut $field = None;)*
                        let mut extra = crate::types::extra::Listed::new();
                        while let Some(next) = entries.next_key()? {
                            match next {
                                $(Name::$field => {
                                    if $field.is_some() {
                                        return Err(serde::de::Error::duplicate_field(stringify!($field)));
                                    }
                                    $field = Some(crate::types::open::open_object!(@value $kind entries));
                                })*
                                Name::Other(other) => {
                                    crate::types::extra::list(&mut extra, (other, entries.next_value()?));
                                }
                            }
                        }
                        Ok($type {
                            $($field: crate::types::open::open_object!(@end $kind $field),)*
                            extra: crate::types::extra::FromListed::from_listed(extra),
                        })
                    }
                }

                deserializer.deserialize_map(ObjectVisitor)
            }
        }
    };
    (@name $field:ident) => {
        stringify!($field)
    };
    (@name $field:ident $json:literal) => {
        $json
    };
    (@value nullable $entries:ident) => {
        $entries.next_value::<Option<_>>()?.unwrap_or_default()
    };
    (@value vector $entries:ident) => {
        $entries.next_value::<crate::types::embeddings::Vector>()?.0
    };
    (@value $kind:ident $entries:ident) => {
        $entries.next_value()?
    };
    (@end required $field:ident) => {
        $field.ok_or_else(|| serde::de::Error::missing_field(stringify!($field)))?
    };
    (@end $kind:ident $field:ident) => {
        $field.unwrap_or_default()
    };
}

pub(super) use open_object;

//! Hand-made specimen; `cargo xtask codegen` replaces it.

open_enum! {
    /// Width to height.
    AspectRatio {
        Ratio10x16 = "10:16",
        Ratio16x10 = "16:10",
        Ratio9x16 = "9:16",
        Ratio16x9 = "16:9",
        Ratio4x3 = "4:3",
        Ratio3x4 = "3:4",
        Ratio1x1 = "1:1",
        Ratio1x3 = "1:3",
        Ratio3x1 = "3:1",
        Ratio3x2 = "3:2",
        Ratio2x3 = "2:3",
    }
}

open_enum! {
    /// The style of a picture.
    Style {
        Auto = "auto",
        General = "general",
        Realistic = "realistic",
        Design = "design",
        Render3d = "render_3D",
        Anime = "anime",
    }
}

bounded_number! {
    /// How much the source picture counts.
    Strength(f64) = crate::Bounds { minimum: Some(0.01), maximum: Some(1.0), ..crate::Bounds::NONE }, "number";
}

/// A file that the server made.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct File {
    /// Where it can be downloaded.
    pub url: ::std::string::String,
    /// MIME type.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub content_type: ::core::option::Option<::std::string::String>,
    /// Name.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub file_name: ::core::option::Option<::std::string::String>,
    /// Size in bytes.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub file_size: ::core::option::Option<i64>,
}

impl File {
    /// With what is required.
    pub fn new(url: impl ::core::convert::Into<::std::string::String>) -> Self {
        Self {
            url: url.into(),
            content_type: ::core::option::Option::None,
            file_name: ::core::option::Option::None,
            file_size: ::core::option::Option::None,
        }
    }

    /// Sets `content_type`.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.content_type = ::core::option::Option::Some(content_type.into());
        self
    }

    /// Sets `file_name`.
    #[must_use]
    pub fn with_file_name(mut self, file_name: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.file_name = ::core::option::Option::Some(file_name.into());
        self
    }

    /// Sets `file_size`.
    #[must_use]
    pub fn with_file_size(mut self, file_size: i64) -> Self {
        self.file_size = ::core::option::Option::Some(file_size);
        self
    }
}

/// What an endpoint answers.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct Output {
    /// The pictures.
    pub images: Vec<crate::File>,
    /// The seed that was used.
    pub seed: i64,
}

impl Output {
    /// With what is required.
    pub fn new(images: Vec<crate::File>, seed: i64) -> Self {
        Self {
            images: images,
            seed: seed,
        }
    }
}

//! Hand-made specimen; `cargo xtask codegen` replaces it.

/// The input of `fal-ai/ideogram/v2/turbo`.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct GenerateInput {
    /// What to draw.
    pub prompt: ::std::string::String,
    /// Aspect ratio of the picture.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub aspect_ratio: ::core::option::Option<crate::AspectRatio>,
    /// Let MagicPrompt enrich the prompt.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub expand_prompt: ::core::option::Option<bool>,
    /// Seed of the random number generator.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub seed: ::core::option::Option<i64>,
    /// Style of the picture.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub style: ::core::option::Option<crate::Style>,
    /// Answer with a data URI; the output is then in no history.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub sync_mode: ::core::option::Option<bool>,
    /// What to avoid.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub negative_prompt: ::core::option::Option<::std::string::String>,
}

impl GenerateInput {
    /// With what is required.
    pub fn new(prompt: impl ::core::convert::Into<::std::string::String>) -> Self {
        Self {
            prompt: prompt.into(),
            aspect_ratio: ::core::option::Option::None,
            expand_prompt: ::core::option::Option::None,
            seed: ::core::option::Option::None,
            style: ::core::option::Option::None,
            sync_mode: ::core::option::Option::None,
            negative_prompt: ::core::option::Option::None,
        }
    }

    /// Sets `aspect_ratio`.
    #[must_use]
    pub fn with_aspect_ratio(mut self, aspect_ratio: impl ::core::convert::Into<crate::AspectRatio>) -> Self {
        self.aspect_ratio = ::core::option::Option::Some(aspect_ratio.into());
        self
    }

    /// Sets `expand_prompt`.
    #[must_use]
    pub fn with_expand_prompt(mut self, expand_prompt: bool) -> Self {
        self.expand_prompt = ::core::option::Option::Some(expand_prompt);
        self
    }

    /// Sets `seed`.
    #[must_use]
    pub fn with_seed(mut self, seed: i64) -> Self {
        self.seed = ::core::option::Option::Some(seed);
        self
    }

    /// Sets `style`.
    #[must_use]
    pub fn with_style(mut self, style: impl ::core::convert::Into<crate::Style>) -> Self {
        self.style = ::core::option::Option::Some(style.into());
        self
    }

    /// Sets `sync_mode`.
    #[must_use]
    pub fn with_sync_mode(mut self, sync_mode: bool) -> Self {
        self.sync_mode = ::core::option::Option::Some(sync_mode);
        self
    }

    /// Sets `negative_prompt`.
    #[must_use]
    pub fn with_negative_prompt(mut self, negative_prompt: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.negative_prompt = ::core::option::Option::Some(negative_prompt.into());
        self
    }
}

/// Make an image from a prompt. `fal-ai/ideogram/v2/turbo`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Generate;

impl crate::Endpoint for Generate {
    const ID: &'static str = "fal-ai/ideogram/v2/turbo";
    const INFO: &'static crate::EndpointInfo = &crate::EndpointInfo {
        id: Self::ID,
        owner: "fal-ai",
        app: "ideogram",
        name: "Generate",
        verb: "generate",
        summary: "Make an image from a prompt.",
        positional: &["prompt"],
        inputs: &[
            crate::Field { name: "prompt", description: "What to draw.", kind: crate::FieldKind::String { min_length: None, max_length: None }, required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "aspect_ratio", description: "Aspect ratio of the picture.", kind: crate::FieldKind::Enum(crate::AspectRatio::VALUES), required: false, nullable: false, default: Some("\"1:1\""), examples: &[] },
            crate::Field { name: "expand_prompt", description: "Let MagicPrompt enrich the prompt.", kind: crate::FieldKind::Boolean, required: false, nullable: false, default: Some("true"), examples: &[] },
            crate::Field { name: "seed", description: "Seed of the random number generator.", kind: crate::FieldKind::Integer(crate::Bounds::NONE), required: false, nullable: true, default: None, examples: &[] },
            crate::Field { name: "style", description: "Style of the picture.", kind: crate::FieldKind::Enum(crate::Style::VALUES), required: false, nullable: false, default: Some("\"auto\""), examples: &[] },
            crate::Field { name: "sync_mode", description: "Answer with a data URI; the output is then in no history.", kind: crate::FieldKind::Boolean, required: false, nullable: false, default: Some("false"), examples: &[] },
            crate::Field { name: "negative_prompt", description: "What to avoid.", kind: crate::FieldKind::String { min_length: None, max_length: None }, required: false, nullable: false, default: Some("\"\""), examples: &[] },
        ],
        outputs: &[
            crate::Field { name: "images", description: "The pictures.", kind: crate::FieldKind::Array { items: &crate::FieldKind::File(crate::FileRole::Image), min_items: None, max_items: None }, required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "seed", description: "The seed that was used.", kind: crate::FieldKind::Integer(crate::Bounds::NONE), required: true, nullable: false, default: None, examples: &[] },
        ],
        price: Some(crate::Price { micros: 50_000, currency: "USD", unit: "image" }),
    };
    type Input = GenerateInput;
    type Output = crate::Output;
}

impl crate::EndpointInput for GenerateInput {
    type Endpoint = Generate;
}

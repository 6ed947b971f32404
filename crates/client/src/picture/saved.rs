//! A downloaded file, before it has its name ([`Download`]) and after ([`SavedFile`]).

use crate::error::{Error, ErrorKind, Result};
use crate::picture::facts::FileFacts;
use crate::picture::image::Image;
use crate::picture::part::{PartFile, blocking};
#[cfg(feature = "media")]
use crate::picture::png_text::append;
#[cfg(feature = "media")]
use crate::picture::sink::{hex, measure};
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Read, Seek};
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// A file that has been downloaded completely, and has no name in its folder yet; made by [`Image::download_in`].
/// Dropping it removes it.
///
/// This is for programs that record what they are about to do. It dereferences to [`FileFacts`], what is known of the
/// content.
///
/// ```no_run
/// # async fn example(image: ideogram_client::Image) -> ideogram_client::Result<()> {
/// let download = image.download_in("pictures").await?;
/// println!("{} bytes with SHA-256 {}", download.bytes(), download.sha256());
/// let saved = download.save_new("fox.png", |path| println!("about to make {}", path.display())).await?;
/// assert!(saved.path().starts_with("pictures"));
/// # Ok(())
/// # }
/// ```
pub struct Download {
    image: Image,
    part: PartFile,
    facts: FileFacts,
}

impl Download {
    pub(crate) fn new(image: Image, part: PartFile, facts: FileFacts) -> Self {
        Self { image, part, facts }
    }

    /// Gives the file this name in its folder, in one step. A file that has the name is replaced, and its permissions stay.
    ///
    /// # Errors
    /// [`is_file`](Error::is_file) when it is not the name of a file, or the file cannot get it. The download is removed then;
    /// the picture is paid for, and [`file_url`](Error::file_url) says where it is.
    pub async fn replace(self, name: impl AsRef<OsStr>) -> Result<SavedFile> {
        let Self { image, part, facts } = self;
        let (name, path) = (name.as_ref().to_owned(), part.folder().join(name.as_ref()));
        let named = match plain(&name) {
            Ok(()) => blocking(move || part.replace(&name)).await,
            Err(error) => Err(error),
        };
        named.map(|path| SavedFile { path, facts }).map_err(|error| image.undelivered(unwritten(&path, error)))
    }

    /// Gives the file this name in its folder, or the name with a number if it is taken. Nothing is replaced, even if
    /// another program takes the name at the same moment.
    ///
    /// `about_to_take` is called with each path that is about to be taken, so that a program that is killed right then can
    /// find out later whether the file is its own: by [`sha256`](FileFacts::sha256).
    ///
    /// # Errors
    /// As [`replace`](Self::replace): [`is_file`](Error::is_file), and the download is removed.
    pub async fn save_new(self, name: impl AsRef<OsStr>, about_to_take: impl FnMut(&Path)) -> Result<SavedFile> {
        let Self { image, part, facts } = self;
        let (name, path) = (name.as_ref(), part.folder().join(name.as_ref()));
        let named = match plain(name) {
            Ok(()) => part.take_free(name, about_to_take).await,
            Err(error) => Err(error),
        };
        named.map(|path| SavedFile { path, facts }).map_err(|error| image.undelivered(unwritten(&path, error)))
    }

    /// Adds texts to a PNG file, each under its keyword: what made the picture, for example. They become `iTXt` chunks
    /// before the end of the file; the pixels are not changed, and size and checksum ([`FileFacts`]) are then those of the file
    /// with the texts. Returns `false`, and changes nothing, if the file is not a complete PNG.
    ///
    /// A keyword has 1 to 79 printable ASCII characters; the
    /// [PNG specification](https://www.w3.org/TR/png-3/#11keywords) has names for some, such as `Description`.
    ///
    /// ```no_run
    /// # async fn example(image: ideogram_client::Image) -> ideogram_client::Result<()> {
    /// let mut download = image.download_in("pictures").await?;
    /// download.add_png_texts(&[("Description", "A fox reading a map")]).await?;
    /// download.replace("fox.png").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_file`](Error::is_file) when the file cannot be written, or a keyword is not one; the download is as it was.
    #[cfg(feature = "media")]
    pub async fn add_png_texts(&mut self, texts: &[(&str, &str)]) -> Result<bool> {
        let texts: Vec<_> = texts.iter().map(|(keyword, text)| ((*keyword).to_owned(), (*text).to_owned())).collect();
        let mut file = self.part.handle().map_err(|error| self.unwritten(error))?;
        let added = blocking(move || {
            if !append(&mut file, &texts)? {
                return Ok(None);
            }
            measure(file).map(Some)
        });
        let Some((bytes, sha256)) = added.await.map_err(|error| self.unwritten(error))? else { return Ok(false) };
        (self.facts.bytes, self.facts.sha256) = (bytes, hex(&sha256));
        Ok(true)
    }

    #[cfg(feature = "media")]
    fn unwritten(&self, error: io::Error) -> Error {
        self.image.undelivered(unwritten_in(self.part.folder(), error))
    }

    /// Reads the file from its beginning, to pass it on to a pipe or a device. It never gets a name.
    ///
    /// ```no_run
    /// # async fn example(image: ideogram_client::Image) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut picture = image.download_in(std::env::temp_dir()).await?.into_reader()?;
    /// std::io::copy(&mut picture, &mut std::io::stdout())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The [`io::Error`] of opening the file again or of going to its beginning.
    pub fn into_reader(self) -> io::Result<impl Read + Send> {
        let mut file = self.part.handle()?;
        file.rewind()?;
        Ok(Reader { file, _part: self.part })
    }
}

impl Deref for Download {
    type Target = FileFacts;

    fn deref(&self) -> &FileFacts {
        &self.facts
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("folder", &self.part.folder())
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

/// The content of a download; the file is removed when this is dropped.
struct Reader {
    file: std::fs::File,
    _part: PartFile,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

/// A saved file: its path, and what is known of its content ([`FileFacts`]), to which it dereferences.
///
/// ```no_run
/// # fn example(saved: ideogram_client::SavedFile) {
/// println!("{}: {} bytes, {:?}", saved.path().display(), saved.bytes(), saved.format());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SavedFile {
    path: PathBuf,
    facts: FileFacts,
}

impl SavedFile {
    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the file, without the facts.
    pub fn into_path(self) -> PathBuf {
        self.path
    }
}

impl Deref for SavedFile {
    type Target = FileFacts;

    fn deref(&self) -> &FileFacts {
        &self.facts
    }
}

impl AsRef<Path> for SavedFile {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

/// Checks that a name is that of a file in the folder itself, without any path.
fn plain(name: &OsStr) -> io::Result<()> {
    if Path::new(name).file_name() == Some(name) {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "the name is no name of a file"))
}

pub(crate) fn unwritten(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::File, format!("`{}` cannot be written", path.display())).with_source(error)
}

pub(crate) fn unwritten_in(folder: &Path, error: io::Error) -> Error {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    Error::new(ErrorKind::File, format!("no file can be written in `{}`", folder.display())).with_source(error)
}

//! Saves a download to a file: complete, checked, and downloaded again if it is suspicious.

use crate::call::operation::Operation;
use crate::error::{Error, ErrorKind, Result};
use crate::picture::announced::Announced;
use crate::picture::data_uri::DataUri;
#[cfg(feature = "media")]
use crate::picture::dimensions::Dimensions;
use crate::picture::download::{self, Incoming};
use crate::picture::draft::Draft;
use crate::picture::facts::{FileFacts, refusal, warnings};
use crate::picture::file_name;
use crate::picture::image::Image;
use crate::picture::part::PartFile;
#[cfg(feature = "media")]
use crate::picture::part::blocking;
use crate::picture::saved::{Download, SavedFile, unwritten, unwritten_in};
use crate::picture::sink::{Content, hex};
use futures_util::StreamExt;
use std::io;
use std::path::Path;
use tokio::sync::Mutex;

/// How often a suspicious file is downloaded, if its content is different each time.
const DOWNLOADS: u32 = 4;

impl Image {
    /// Saves the picture under this path, completely or not at all. An existing file is replaced.
    ///
    /// Whether the path can be written is tried before anything is downloaded. A download that is cut, that is text where a
    /// picture should be, or that is only a part of the file is an error. A file that is [odd](FileFacts::warnings) in another way
    /// is downloaded once more, and saved if the same content comes again. Memory does not grow with the picture. Dropping the
    /// future leaves no file behind.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client, file: ideogram_client::File) -> ideogram_client::Result<()> {
    /// let saved = client.image(&file).save_to("fox.png").await?;
    /// for warning in saved.warnings() {
    ///     eprintln!("{}: {warning}", saved.path().display());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes): the picture is paid for in each case. [`is_file`](Error::is_file) when the path cannot be
    /// written, mostly before anything is downloaded; [`is_decode`](Error::is_decode) also for text, for a cut file, and for one
    /// whose content was different each time.
    pub async fn save_to(&self, path: impl AsRef<Path>) -> Result<SavedFile> {
        let path = path.as_ref();
        let unusable = |kind, why| self.undelivered(unwritten(path, io::Error::new(kind, why)));
        let Some(name) = path.file_name() else {
            return Err(unusable(io::ErrorKind::InvalidInput, "the path names no file"));
        };
        if path.is_dir() {
            return Err(unusable(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        self.download_in(path.parent().unwrap_or(Path::new(""))).await?.replace(name).await
    }

    /// Saves the picture in this folder, which must exist. The name is the server's, cleaned so that it stays in the folder, with
    /// an extension that fits the content; if there is such a file already, a number is added.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client, file: ideogram_client::File) -> ideogram_client::Result<()> {
    /// let saved = client.image(&file).save_in("pictures").await?;
    /// println!("{} has SHA-256 {}", saved.path().display(), saved.sha256());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`save_to`](Self::save_to); [`is_file`](Error::is_file) also when the folder does not exist.
    pub async fn save_in(&self, folder: impl AsRef<Path>) -> Result<SavedFile> {
        let download = self.download_in(folder).await?;
        let name = file_name::clean(self.given_name(), download.format());
        download.save_new(name, |_| {}).await
    }

    /// Downloads the picture into this folder, without a name; [`Download`] then gives it one.
    ///
    /// # Errors
    /// As [`save_in`](Self::save_in).
    pub async fn download_in(&self, folder: impl AsRef<Path>) -> Result<Download> {
        self.download(folder.as_ref()).await.map_err(|error| self.undelivered(error))
    }

    async fn download(&self, folder: &Path) -> Result<Download> {
        let mut last = self.attempt(self.draft(folder, 1).await?, folder).await?;
        for number in 2..=DOWNLOADS {
            if last.warnings().is_empty() || DataUri::parse(&self.file().url).is_some() {
                return Ok(last);
            }
            tracing::debug!(warnings = ?last.warnings(), "downloading once more");
            // The temporary names alternate, because the file of the attempt before still exists.
            let next = match self.attempt(self.draft(folder, 2 - number % 2).await?, folder).await {
                Ok(next) => next,
                // The server no longer has it, so the last download is kept.
                Err(error) if error.is_gone() => return Ok(last),
                Err(error) => return Err(error),
            };
            if next.sha256() == last.sha256() {
                return Ok(next);
            }
            last = next;
        }
        if last.warnings().is_empty() {
            return Ok(last);
        }
        Err(Error::new(
            ErrorKind::Decode,
            format!("it was downloaded {DOWNLOADS} times, and each time it was incomplete and different"),
        )
        .at(Operation::Download, None))
    }

    async fn draft(&self, folder: &Path, number: u32) -> Result<Draft> {
        let name = self.part_name().map(|name| if number == 1 { name.to_owned() } else { format!("{name}-{number}") });
        Draft::open(folder.to_owned(), name).await.map_err(|error| unwritten_in(folder, error))
    }

    /// Downloads the file until it is complete; a download that fails on the way is repeated.
    async fn attempt(&self, draft: Draft, folder: &Path) -> Result<Download> {
        let unwritten = |error| unwritten_in(folder, error);
        if DataUri::parse(&self.file().url).is_some() {
            return self.decode(draft, folder).await;
        }
        let draft = Mutex::new(draft);
        let attempt = || async {
            let mut draft = draft.lock().await;
            let Incoming { head, announced, response } = download::start(self.wire(), &self.file().url).await?;
            draft.begin(announced.md5.is_some()).await.map_err(unwritten)?;
            let mut body = std::pin::pin!(self.bounded(head.clone(), response));
            let mut received = 0_u64;
            while let Some(piece) = body.next().await {
                let piece = piece?;
                draft.write(&piece).await.map_err(unwritten)?;
                received = received.saturating_add(piece.len() as u64);
                self.tell(received, announced.length);
            }
            let content = draft.finish().await.map_err(unwritten)?;
            match refusal(&content, Some(&head), self.must_be_picture()) {
                Some(why) => Err(Error::new(ErrorKind::Decode, why).with_head(head)),
                None => Ok((content, announced)),
            }
        };
        let (content, announced) = self.wire().repeat(Operation::Download, None, attempt).await?;
        self.downloaded(draft.into_inner().into_part(), content, &announced).await.map_err(unwritten)
    }

    /// The same for a picture that the answer itself contains.
    async fn decode(&self, mut draft: Draft, folder: &Path) -> Result<Download> {
        let image = self.clone();
        let filling = draft.fill(move |sink| {
            let Some(uri) = DataUri::parse(&image.file().url) else { return Ok(Ok(())) };
            let mut written = Ok(());
            let decoded = uri.read(image.max_bytes(), |piece| {
                written = sink.write(piece);
                if written.is_ok() { Ok(()) } else { Err(String::new()) }
            });
            written.map(|()| decoded)
        });
        let (decoded, content) = filling.await.map_err(|error| unwritten_in(folder, error))?;
        if let Some(why) = decoded.err().or_else(|| refusal(&content, None, self.must_be_picture())) {
            return Err(Error::new(ErrorKind::Decode, why).at(Operation::Download, None));
        }
        let downloaded = self.downloaded(draft.into_part(), content, &Announced::default()).await;
        downloaded.map_err(|error| unwritten_in(folder, error))
    }

    #[cfg_attr(
        not(feature = "media"),
        allow(clippy::unused_async, reason = "reading the header is what is waited for")
    )]
    async fn downloaded(&self, part: PartFile, content: Content, announced: &Announced) -> io::Result<Download> {
        let format = content.format();
        #[cfg(feature = "media")]
        let dimensions = {
            let mut file = part.handle()?;
            blocking(move || {
                io::Seek::rewind(&mut file)?;
                Ok(format.and_then(|_| Dimensions::read(file)))
            })
            .await?
        };
        let facts = FileFacts {
            bytes: content.bytes,
            sha256: hex(&content.sha256),
            format,
            #[cfg(feature = "media")]
            dimensions,
            warnings: warnings(&content, announced, self.file(), self.must_be_picture()),
        };
        Ok(Download::new(self.clone(), part, facts))
    }
}

"""Small ultrasound files made on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundImageStorage, generate_uid

Corners = tuple[int, int, int, int]


def ultrasound(
    pixels: Any,
    regions: tuple[Corners, ...] = ((1, 1, 3, 2),),
    photometric: str = "MONOCHROME2",
    planar: int = 0,
    **attributes: Any,
) -> Dataset:
    """An ultrasound image with the given pixels: (rows, columns) or (rows, columns, 3), uint8 or uint16."""
    dataset = Dataset()
    dataset.SOPClassUID = UltrasoundImageStorage
    dataset.SOPInstanceUID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = (generate_uid() for _ in range(3))
    dataset.Modality, dataset.PatientName = "US", "Doe^Jane"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "THYROID"]
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = planar
    dataset.PhotometricInterpretation = photometric
    bits = 8 * pixels.dtype.itemsize
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = bits, bits, bits - 1, 0
    stored = np.moveaxis(pixels, -1, 0) if planar else pixels
    dataset.add_new("PixelData", "OW" if bits == 16 else "OB", np.ascontiguousarray(stored).tobytes())
    dataset.SequenceOfUltrasoundRegions = Sequence([region(corners) for corners in regions])
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def region(corners: Corners) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, 1, 0
    item.RegionLocationMinX0, item.RegionLocationMinY0 = corners[:2]
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = corners[2:]
    return item


def saved(dataset: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True)
    return path


def evidence(dataset: Dataset, *codes: str) -> Dataset:
    """Adds the evidence that the rule of entry asks for."""
    items = []
    for code in codes:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", "a method"
        items.append(item)
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethodCodeSequence = Sequence(items)
    dataset.LongitudinalTemporalInformationModified = "REMOVED"
    dataset.BurnedInAnnotation = "NO"
    return dataset

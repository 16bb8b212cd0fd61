"""What the tests of the command line share: a data folder of their own."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def fixture_data_folder(tmp_path_factory):
    """Keep the authority out of the data folder of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKDOOR_HOME", str(tmp_path_factory.mktemp("data")))
        yield

#!/bin/sh
# Makes .venv with the interpreter given (PYTHON=), else with the first fit one on the PATH. Does nothing when a fit .venv is there.
set -eu
wanted=${1:-}
fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
version='import sys; print("%d.%d" % sys.version_info[:2])'

python=
for candidate in ${wanted:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c "$fits" 2>/dev/null; then
        python=$candidate
        break
    fi
done

if .venv/bin/python -c "import pip" 2>/dev/null; then
    # Without PYTHON= whatever is installed stays; with it another version is a reason to begin anew.
    if [ -z "$wanted" ] || [ "$("$wanted" -c "$version" 2>/dev/null)" = "$(.venv/bin/python -c "$version")" ]; then
        exit 0
    fi
fi

if [ -z "$python" ]; then
    echo "需要 Python 3.11、3.12 或 3.13${wanted:+（PYTHON=$wanted 不可用）}。Debian、Ubuntu 上安装：" >&2
    echo "  sudo apt-get install -y python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "Python 缺少 venv 或 ensurepip 模块。请运行这一行，然后重试：" >&2
    echo "  sudo apt-get install -y python$("$python" -c "$version")-venv" >&2
    exit 1
fi
"$python" -m venv --clear .venv

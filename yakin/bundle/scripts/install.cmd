@echo off
rem Finds Python and lets install.py do the rest: install.cmd [FOLDER]
setlocal
for /f "tokens=2 delims=:, " %%v in ('findstr "python" "%~dp0bundle.json"') do set WANTED=%%~v
where py >nul 2>nul
if errorlevel 1 goto python
py -%WANTED% "%~dp0install.py" %*
goto end
:python
where python >nul 2>nul
if errorlevel 1 goto none
python "%~dp0install.py" %*
goto end
:none
echo Python %WANTED% is not installed. 1>&2
cmd /c exit 2
:end
set STATUS=%errorlevel%
if "%~1"=="" pause
exit /b %STATUS%
